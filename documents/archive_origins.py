"""Tells the archive's log which pupil a delivery is about, and where its document is, for those who may open it."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from archive.models import Delivery
from archive.origins import Origin, register
from documents.models import Document


def letters(deliveries: Sequence[Delivery], reader: Any) -> dict[int, Origin]:
    rows = Document.objects.filter(delivery__in=[row.pk for row in deliveries]).visible_to(reader)
    found = rows.select_related("student__person").order_by()
    return {
        row.delivery_id: Origin(row.student.person.full_name, reverse("documents:page", args=[row.uuid]))
        for row in found
        if row.delivery_id
    }


register(letters)

"""What a form or an address says reaches no view with a NUL in it."""

from django.http import HttpResponse
from django.test import RequestFactory

from schoolapp.no_nul import NoNulMiddleware


def read_by_view(request):
    NoNulMiddleware(lambda _request: HttpResponse()).process_view(request, None, (), {})
    return {name: values for said in (request.GET, request.POST) for name, values in said.lists()}


def test_nul_is_dropped_and_all_else_kept():
    request = RequestFactory().post("/?sok=a%00b&sok=c", {"svar": ["\x00", "Nei,\x00 takk"], "a\x00": "å"})
    assert read_by_view(request) == {"sok": ["ab", "c"], "svar": ["", "Nei, takk"], "a": ["å"]}


def test_what_holds_none_is_left_as_it_is():
    request = RequestFactory().post("/?sok=a", {"svar": "b"})
    before = request.POST
    assert read_by_view(request) == {"sok": ["a"], "svar": ["b"]}
    assert request.POST is before


def test_what_is_no_form_is_not_read():
    request = RequestFactory().post("/", b"{}\x00", content_type="application/json")
    assert read_by_view(request) == {}
    assert request.body == b"{}\x00"

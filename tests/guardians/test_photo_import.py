"""The photographer's zip: what may come back, how a worker takes it in, and what is refused."""

import io
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from guardians import photo_import
from guardians.actions.sharing import answer_photo
from guardians.models import PhotoImport
from guardians.photo_zip import ZipRefused, check_whole, directory
from guardians.photographer import numbers_for
from people.models import Person, Protection
from schoolapp.lib import clock
from schoolapp.lib.photo_lab import LabFailed, developed
from students.models import Photo
from tests.login import log_in
from tests.roles import as_worker
from tests.students.photo_files import PLACE, a_jpeg, a_zip

TEXTS = a_zip({"a.jpg": bytes(range(256)) * 4})


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def consented(world):
    answer_photo(world.pupils["own"], is_given=True, by=world.user("guardian"))
    answer_photo(world.pupils["other_class"], is_given=True, by=world.user("guardian_b"))
    return world


def numbers(world) -> dict[str, str]:
    found = numbers_for([world.pupils["own"], world.pupils["other_class"]])
    return {name: found[world.pupils[name].pk] for name in ("own", "other_class")}


def unpacked(content: bytes) -> None:
    file = io.BytesIO(content)
    check_whole(file, directory(file))


def send(client, world, content: bytes, name: str = "school_admin"):
    """Upload the zip; the worker has not begun."""
    log_in(client, world.user(name))
    return client.post("/skolefoto/bilder/", {"fil": SimpleUploadedFile("bilder.zip", content)})


def result(client, world, content: bytes, name: str = "school_admin"):
    """The page that tells what became of each photo, when the worker has been at it."""
    response = send(client, world, content, name)
    with as_worker():
        photo_import.take_in(PhotoImport.objects.first().pk)
    return client.get(response.url).context


class TestThePhotosBack:
    def test_each_file_is_matched_or_named(self, client, consented):
        number = numbers(consented)
        files = {
            f"5A/{number['own']}.jpg": a_jpeg(place=PLACE),
            f"{number['own']}.JPG": a_jpeg(),
            f"{number['other_class']}.png": b"<html>not a picture</html>",
            "../../etc/passwd.jpg": a_jpeg(),
            "__MACOSX/._x.jpg": b"x",
        }
        done = result(client, consented, a_zip(files))
        assert [pupil.pk for pupil in done["matched"]] == [consented.pupils["own"].pk]
        assert set(done["unmatched"]) == {f"{number['own']}.JPG", "../../etc/passwd.jpg"}
        assert done["unreadable"] == [f"{number['other_class']}.png"]
        with Photo.objects.get().file.open() as file:
            kept = file.read()
        with Image.open(io.BytesIO(kept)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
            assert max(image.size) <= 600
        assert PLACE.encode() not in kept
        assert "own" not in Photo.objects.get().file.name.casefold()

    def test_consent_is_asked_again_when_the_photos_come(self, client, consented):
        number = numbers(consented)["own"]
        answer_photo(consented.pupils["own"], is_given=False, by=consented.user("guardian"))
        done = result(client, consented, a_zip({f"{number}.jpg": a_jpeg()}))
        assert [pupil.pk for pupil in done["without_consent"]] == [consented.pupils["own"].pk]
        assert not Photo.objects.exists()

    def test_a_number_of_another_school_or_of_somebody_protected_matches_nobody(self, client, consented):
        number = numbers(consented)["own"]
        file = a_zip({f"{number}.jpg": a_jpeg()})
        done = result(client, consented, file, "school_admin_b")
        assert (done["matched"], done["unmatched"]) == ([], [f"{number}.jpg"])
        Person.objects.filter(pk=consented.people["own"].pk).update(protection=Protection.STRICT)
        done = result(client, consented, file)
        assert (done["without_consent"], done["unmatched"]) == ([], [f"{number}.jpg"])

    def test_the_photo_is_shown_while_there_is_consent_and_to_nobody_out_of_reach(self, client, consented):
        number = numbers(consented)["own"]
        result(client, consented, a_zip({f"{number}.jpg": a_jpeg()}))
        address = f"/elever/{consented.pupils['own'].uuid}/bilde/"
        shown = client.get(address)
        assert (shown.status_code, shown["Content-Type"], shown["Cache-Control"]) == (
            *(200, "image/jpeg"),
            "private, no-store",
        )
        content = shown.getvalue()
        assert content.startswith(b"\xff\xd8\xff")
        log_in(client, consented.user("teacher_b"))
        assert client.get(address).status_code == 404
        log_in(client, consented.user("contact_teacher"))
        assert client.get(address).getvalue() == content
        consented.add_guardian("father", "own")
        answer_photo(consented.pupils["own"], is_given=False, by=consented.user("father"))
        assert client.get(address).status_code == 404
        sheet = client.get(f"/klasser/{consented.groups['5A'].uuid}/bilder/")
        assert "<img" not in sheet.content.decode()

    def test_taking_in_anew_leaves_no_file_behind(
        self, client, consented, tmp_path, django_capture_on_commit_callbacks
    ):
        number = numbers(consented)["own"]
        for _time in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                result(client, consented, a_zip({f"{number}.jpg": a_jpeg()}))
        assert len(list(tmp_path.rglob("*.jpg"))) == 1


class TestTheWork:
    """A worker that dies, is stopped or has its job taken leaves nothing half done."""

    @pytest.fixture
    def two(self, client, consented, monkeypatch):
        monkeypatch.setattr(photo_import, "HANDFUL", 1)
        number = numbers(consented)
        send(client, consented, a_zip({f"{found}.jpg": a_jpeg() for found in number.values()}))
        return PhotoImport.objects.get()

    def test_the_zip_is_kept_until_it_is_read_and_nothing_is_taken_in_by_the_web(self, client, two):
        assert default_storage.exists(two.file.name)
        assert not Photo.objects.exists()
        assert "venter på tur" in client.get(f"/skolefoto/bilder/{two.uuid}/").content.decode()
        with as_worker():
            photo_import.take_in(two.pk)
        two.refresh_from_db()
        assert (two.state, two.done, two.total, two.file.name) == ("done", 2, 2, "")
        assert Photo.objects.count() == 2
        assert not [path for path in default_storage.listdir("skolefoto")[1] if path.endswith(".zip")]

    def test_a_worker_that_is_killed_is_gone_on_after(self, two, monkeypatch):
        calls = []

        def killed_at_the_second(photos, limits):
            calls.append(len(photos))
            if len(calls) == 2:
                raise KeyboardInterrupt
            return developed(photos, limits)

        monkeypatch.setattr(photo_import, "developed", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            photo_import.take_in(two.pk)
        two.refresh_from_db()
        assert (two.state, two.done) == ("working", 1)
        before = Photo.objects.get().pk
        photo_import.take_in(two.pk)  # the lease of the dead has not run out
        assert len(calls) == 2
        with time_machine.travel(clock.now() + timedelta(minutes=7), tick=False):
            photo_import.sweep()
            photo_import.take_in(two.pk)
        two.refresh_from_db()
        assert (two.state, two.done, len(two.result["matched"])) == ("done", 2, 2)
        assert Photo.objects.count() == 2 and Photo.objects.filter(pk=before).exists()

    def test_a_job_that_always_fails_is_given_up_and_its_zip_deleted(self, client, two, monkeypatch):
        def broken(*_arguments):
            raise MemoryError

        monkeypatch.setattr(photo_import, "developed", broken)
        for _attempt in range(3):
            photo_import.take_in(two.pk)
        two.refresh_from_db()
        assert (two.state, two.file.name) == ("failed", "")
        assert "Last opp zip-filen på nytt" in client.get(f"/skolefoto/bilder/{two.uuid}/").content.decode()

    def test_cancelling_stops_the_work_where_it_is(self, client, two, monkeypatch):
        def cancelled_meanwhile(photos, limits):
            if PhotoImport.objects.get().done == 1:
                client.post(f"/skolefoto/bilder/{two.uuid}/avbryt/")
            return developed(photos, limits)

        monkeypatch.setattr(photo_import, "developed", cancelled_meanwhile)
        photo_import.take_in(two.pk)
        two.refresh_from_db()
        assert (two.state, two.reason, two.done, two.file.name) == ("failed", "cancelled", 1, "")
        assert Photo.objects.count() == 1
        shown = client.get(f"/skolefoto/bilder/{two.uuid}/").content.decode()
        assert "Du avbrøt" in shown and "1 elev fikk nytt bilde" in shown

    def test_one_photo_that_is_too_much_spoils_no_other(self, two, monkeypatch):
        monkeypatch.setattr(photo_import, "HANDFUL", 20)

        def too_much(photos, limits):
            if limits != photo_import.ALONE or Photo.objects.exists():
                raise LabFailed
            alone.append(photos)
            return developed(photos, limits) if len(alone) == 2 else failed()

        def failed():
            raise LabFailed

        alone: list = []
        monkeypatch.setattr(photo_import, "developed", too_much)
        photo_import.take_in(two.pk)
        two.refresh_from_db()
        assert (two.state, len(two.result["matched"]), len(two.result["unreadable"])) == ("done", 1, 1)

    def test_progress_is_told_and_the_result_is_fetched_when_it_ends(self, client, two):
        PhotoImport.objects.update(state="working", total=4, done=1, begun_at=clock.now() - timedelta(seconds=50))
        asked = client.get(f"/skolefoto/bilder/{two.uuid}/framdrift/")
        text = asked.content.decode()
        assert "1 av 4 bilder" in text and "Omtrent 3 minutter igjen" in text
        assert "HX-Refresh" not in asked.headers
        PhotoImport.objects.update(state="done")
        assert client.get(f"/skolefoto/bilder/{two.uuid}/framdrift/")["HX-Refresh"] == "true"

    def test_it_is_the_senders_alone_and_goes_after_a_week(self, client, consented, two):
        photo_import.take_in(two.pk)
        log_in(client, consented.user("school_admin_b"))
        assert client.get(f"/skolefoto/bilder/{two.uuid}/").status_code == 404
        with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
            photo_import.sweep()
        assert not PhotoImport.objects.exists()
        assert Photo.objects.count() == 2

    def test_who_is_protected_since_is_not_named(self, client, consented, two):
        photo_import.take_in(two.pk)
        address = f"/skolefoto/bilder/{two.uuid}/"
        assert len(client.get(address).context["matched"]) == 2
        Person.objects.filter(pk=consented.people["own"].pk).update(protection=Protection.STRICT)
        assert [pupil.pk for pupil in client.get(address).context["matched"]] == [consented.pupils["other_class"].pk]


class TestWhatIsRefused:
    def test_what_is_no_zip(self):
        for content in (b"", b"PK\x03\x04 broken", a_jpeg()):
            with pytest.raises(ZipRefused):
                unpacked(content)

    @pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_packing_that_has_no_bound_in_memory_is_refused_before_it_is_unpacked(self, packing):
        picture = {"12345678.jpg": a_jpeg()}
        assert len(directory(io.BytesIO(a_zip(picture)))) == 1
        with pytest.raises(ZipRefused):
            directory(io.BytesIO(a_zip(picture, packing)))

    def test_a_bomb_is_refused_before_it_is_unpacked(self, monkeypatch):
        bomb = a_zip({"12345678.jpg": bytes(30 * 1024 * 1024)})
        many = a_zip({f"{number}.jpg": b"" for number in range(1001)})
        monkeypatch.setattr(zipfile.ZipFile, "open", unpacking)
        for content in (bomb, many):
            with pytest.raises(ZipRefused):
                unpacked(content)

    def test_a_directory_that_lies_about_sizes(self):
        content = bytearray(a_zip({"12345678.jpg": b"\xff\xd8\xff" + bytes(5000)}))
        at = content.rindex(b"PK\x01\x02") + 24
        content[at : at + 4] = (100).to_bytes(4, "little")
        with pytest.raises(ZipRefused):
            unpacked(bytes(content))

    @given(at=st.integers(min_value=0, max_value=len(TEXTS) - 1), value=st.integers(0, 255))
    def test_a_byte_that_changed_on_the_way_is_refused_or_of_no_matter(self, at, value):
        """Property: whatever is wrong with the file, it is read or refused."""
        content = bytearray(TEXTS)
        content[at] = value
        try:
            unpacked(bytes(content))
        except ZipRefused as refusal:
            assert str(refusal)

    def test_a_stream_that_is_broken(self):
        at = TEXTS.index(b"a.jpg") + len(b"a.jpg")
        with pytest.raises(ZipRefused):
            unpacked(TEXTS[:at] + b"\xff" * 8 + TEXTS[at + 8 :])

    def test_too_many_pixels_give_no_photo(self):
        wide = io.BytesIO()
        Image.new("1", (12_000, 12_000)).save(wide, "PNG")
        assert developed([wide.getvalue(), a_jpeg(), b"\xff\xd8\xff broken"])[::2] == [None, None]

    def test_nothing_is_taken_in_of_a_file_that_is_broken_in_the_middle(self, consented, client):
        number = numbers(consented)
        first, second = (f"{number[name]}.jpg" for name in ("own", "other_class"))
        content = bytearray(a_zip({first: a_jpeg(), second: a_jpeg()}))
        at = content.index(second.encode()) + len(second)
        content[at : at + 8] = b"\xff" * 8
        done = result(client, consented, bytes(content))
        assert (done["job"].reason, done["matched"], Photo.objects.count()) == ("broken", [], 0)

    def test_what_is_no_picture_at_all_is_named(self, client, consented):
        number = numbers(consented)["own"]
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        done = result(client, consented, a_zip({f"{number}.svg": svg, f"{number}.png": svg}))
        assert (done["unmatched"], done["unreadable"]) == ([f"{number}.svg"], [f"{number}.png"])

    def test_a_refused_file_is_not_kept(self, client, consented):
        response = send(client, consented, b"no zip")
        assert response.status_code == 422
        assert "ikke en zip-fil" in response.content.decode()
        assert not PhotoImport.objects.exists() and not default_storage.exists("skolefoto")

    def test_a_name_with_a_national_id_is_not_kept(self, client, consented):
        done = result(client, consented, a_zip({"01810012345 Kari.jpg": a_jpeg()}))
        assert done["unmatched"] == ["… Kari.jpg"]


def unpacking(*args, **kwargs):
    raise AssertionError("something was unpacked")

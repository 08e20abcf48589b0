"""A lawyer loads a certified text, sees our lines beside it and signs what agrees; the pages say what stands."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.conftest import SECRET, Desk

from corridor.law.road import own_steps

#: Invented sentences, numbered as an article may be.
TEXT = b"Article 42\nInvented title\n" + b"\n".join(
    f"{number}. An invented sentence number {number}.".encode() for number in range(1, 10)
)
COMPARE = "/law-file/UNCC_2024/42/"


def load(desk: Desk, secret: str = SECRET, text: bytes = TEXT) -> object:
    given = {"instrument": "UNCC_2024", "language": "en", "origin": "an invented copy", "secret": secret}
    upload = SimpleUploadedFile("text.txt", text, content_type="text/plain")
    return desk.client("CA", "signatory").post("/law-file/", given | {"text": upload})


def test_a_text_is_loaded_compared_and_confirmed(desk: Desk) -> None:
    browser = desk.client("CA", "signatory")
    assert b"No certified text" in browser.get(COMPARE).content
    assert load(desk)["Location"] == "/law-file/"
    page = browser.get("/law-file/").content.decode()
    assert "an invented copy" in page
    assert f'href="{COMPARE}"' in page
    page = browser.get(COMPARE).content.decode()
    assert "8. An invented sentence number 8." in page
    assert 'name="verdict:42(8)"' in page
    done = browser.post(
        COMPARE,
        {
            "verdict:42(8)": "agrees",
            "verdict:42(4)": "differs",
            "note:42(4)": "the copy says otherwise",
            "verdict:42(1)": "",
            "secret": SECRET,
        },
    )
    assert done["Location"] == COMPARE
    page = browser.get(COMPARE).content.decode()
    assert page.count("pill-good") == 1
    assert page.count("pill-stop") == 1
    assert "the copy says otherwise" in browser.get("/law-file/").content.decode()


def test_what_was_judged_is_still_there_after_a_wrong_secret(desk: Desk) -> None:
    load(desk)
    browser = desk.client("CA", "signatory")
    page = browser.post(
        COMPARE, {"verdict:42(4)": "differs", "note:42(4)": "a word typed", "secret": "not the secret"}
    )
    assert page.status_code == 403
    text = page.content.decode()
    assert "a word typed" in text
    assert 'value="differs" checked' in text
    assert "not the secret" not in text


def test_a_reader_sees_and_signs_nothing(desk: Desk) -> None:
    load(desk)
    browser = desk.client("CP", "drafter")
    page = browser.get(COMPARE).content.decode()
    assert "An invented sentence number 8." in page
    assert 'name="secret"' not in page
    assert browser.post(COMPARE, {"verdict:42(8)": "agrees", "secret": SECRET}).status_code == 403


def test_a_file_that_is_no_text_is_told_and_not_kept(desk: Desk) -> None:
    page = load(desk, text=b"%PDF-1.7 \xff")
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert b"law.certified.not-text" in page.content  # type: ignore[attr-defined]
    assert b"an invented copy" in page.content  # type: ignore[attr-defined]


def test_an_article_nobody_has_reads_like_nothing_at_all(desk: Desk) -> None:
    browser = desk.client("CA", "signatory")
    absent = browser.get("/dossiers/" + "f" * 64 + "/")
    for path in ("/law-file/UNCC_2024/999/", "/law-file/NOTHING/1/", "/law-file/UNTOC/999/"):
        page = browser.get(path)
        assert page.status_code == 404
        assert page.content == absent.content


def test_a_confirmed_paragraph_is_what_an_officer_reads_beside_a_request(desk: Desk) -> None:
    browser = desk.client("CP", "signatory")
    given = {"basis.instrument": "UNCC_2024"}
    before = browser.post("/new/preservation/missing/", given).content.decode()
    assert "42(3)(e)" not in before
    load(desk)  # the text has 42(3), without letters: nothing below it can be confirmed
    lettered = TEXT.replace(
        b"4. An", b"(a) one\n(b) two\n(c) three\n(d) four\n(e) five, invented\n(f) six\n4. An"
    )
    load(desk, text=lettered)
    done = desk.client("CA", "signatory").post(COMPARE, {"verdict:42(3)(e)": "agrees", "secret": SECRET})
    assert done.status_code == 302
    assert "42(3)(e)" in browser.post("/new/preservation/missing/", given).content.decode()


def test_the_states_answers_are_given_with_one_signature_and_shown_to_its_people(desk: Desk) -> None:
    browser = desk.client("CA", "supervisor")
    path = "/law-file/answers/"
    given = {"met:7(1)": "met", "source:7(1)": "Penal Code s. 210", "met:8(1)": "", "secret": SECRET}
    assert browser.post(path, given)["Location"] == path
    page = desk.client("CP", "drafter").get(path).content.decode()
    assert "Penal Code s. 210" in page
    assert 'name="secret"' not in page
    page = browser.post(path, given | {"source:7(1)": "", "note:7(1)": "typed words"})
    assert page.status_code == 422
    assert "typed words" in page.content.decode()


def test_an_article_page_shows_this_states_people_what_their_lawyers_confirmed(desk: Desk) -> None:
    load(desk)
    path, mark = "/law/article-42/", "law-mark-own"
    signatory = desk.client("CA", "signatory")
    assert mark not in signatory.get(path).content.decode()
    assert signatory.post(COMPARE, {"verdict:42(8)": "agrees", "secret": SECRET}).status_code == 302
    assert mark in desk.client("CP", "drafter").get(path).content.decode()
    for other in (Client(), desk.client("CA", "administrator")):
        page = other.get(path)
        assert page.status_code == 200
        assert mark not in page.content.decode()


def test_the_states_own_answers_stand_on_its_checklist_for_its_people_alone(desk: Desk) -> None:
    given = {"met:7(1)": "met", "source:7(1)": "Penal Code s. 210 of this State", "secret": SECRET}
    desk.client("CA", "supervisor").post("/law-file/answers/", given)
    path = "/law/gap-xaa/"
    assert "Penal Code s. 210 of this State" in desk.client("CP", "drafter").get(path).content.decode()
    assert "Penal Code s. 210 of this State" not in Client().get(path).content.decode()


def test_the_states_road_is_told_on_its_page_and_shown_on_the_road_of_the_law(desk: Desk) -> None:
    browser, path = desk.client("CA", "supervisor"), "/law-file/road/"
    line = {
        "step": own_steps()[0][0],
        "what": "second reading",
        "answer": "under_way",
        "source": "gazette 12",
    }
    page = browser.post(path, line | {"date": "soon", "secret": SECRET})
    assert page.status_code == 422
    assert "second reading" in page.content.decode()
    assert browser.post(path, line | {"date": "2026-11-20", "secret": SECRET})["Location"] == path
    assert "second reading" in desk.client("CP", "drafter").get(path).content.decode()
    assert "second reading" in desk.client("CP", "drafter").get("/law/deposit-xaa/").content.decode()
    assert "second reading" not in Client().get("/law/deposit-xaa/").content.decode()

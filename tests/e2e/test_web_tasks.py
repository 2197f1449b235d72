"""The tasks pages of the web app, in a real browser against the deployed stack."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.web import Visitor, check_accessibility
from tests.support.web_tasks import Elsewhere, TaskList

SignedUp = Callable[..., Visitor]
ToElsewhere = Callable[[Visitor], Elsewhere]


def _day(ahead: int) -> str:
    # Chromium's clock is in UTC here.
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def _chips(page: Page) -> list[str]:
    return page.locator("[data-chip]").all_inner_texts()


# --- Quick add -------------------------------------------------------------------------------------------------------


def test_what_was_understood_is_shown_before_it_is_saved(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up(timezone_id="Europe/Paris")
    tasks = TaskList(person.page)
    person.page.keyboard.press("n")
    expect(tasks.field).to_be_focused()
    tasks.field.fill("pay rent tomorrow 9am #home !high every month")
    expect(person.page.locator("[data-chip]")).to_have_text(
        [re.compile("^Tomorrow"), "home", "High priority", re.compile("^Every month")]
    )
    check_accessibility(person.page)
    tasks.field.press("Enter")
    expect(tasks.field).to_be_focused()
    tasks.has("pay rent")
    expect(tasks.row("pay rent")).to_contain_text("High priority")
    tasks.all_sent()
    saved = elsewhere(person).task("pay rent")
    assert (saved["priority"], saved["tags"], saved["due_timezone"]) == ("high", ["home"], "Europe/Paris")
    assert saved["due"].endswith("T09:00:00")
    assert saved["repeat"].startswith("FREQ=MONTHLY")


def test_a_chip_that_is_dismissed_stays_text(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    tasks.field.fill("watch #home tomorrow")
    person.page.get_by_role("button", name="home: keep it as text").click()
    expect(person.page.locator("[data-chip]")).to_have_count(1)
    expect(tasks.field).to_be_focused()
    person.page.keyboard.press("Enter")
    tasks.has("watch #home")
    tasks.all_sent()
    saved = elsewhere(person).task("watch #home")
    assert (saved["due"], saved["tags"]) == (_day(1), [])


def test_enter_once_more_before_a_task_is_understood_adds_it_once(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up(service_workers="block")
    tasks, page = TaskList(person.page), person.page
    held: list[Route] = []
    page.route("**/assets/quick_add-*.js", lambda route: held.append(route))
    page.reload()
    tasks.field.fill("buy milk")
    for _ in range(2):
        tasks.field.press("Enter")
    assert held
    for route in held:
        route.continue_()
    tasks.has("buy milk")
    tasks.all_sent()
    assert [task["title"] for task in elsewhere(person).tasks()] == ["buy milk"]


def test_a_title_that_is_empty_or_too_long_is_refused_in_a_sentence(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    tasks.field.press("Enter")
    expect(person.page.get_by_role("alert")).to_have_text("Say what there is to do.")
    tasks.field.fill("x" * 201)
    tasks.field.press("Enter")
    expect(person.page.get_by_role("alert")).to_contain_text("200")
    tasks.add("x" * 200)
    tasks.has("x" * 200)


def test_a_list_of_a_day_or_a_tag_gives_it_to_what_is_added_there(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    person.page.goto("/today")
    tasks.add("sweep")
    tasks.has("sweep")
    person.page.goto("/tag/garden")
    tasks.add("weed")
    tasks.has("weed")
    tasks.all_sent()
    other = elsewhere(person)
    assert other.task("sweep")["due"] == _day(0)
    assert other.task("weed")["tags"] == ["garden"]


def test_what_this_list_does_not_show_says_where_it_went(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    person.page.goto("/today")
    tasks.add("buy skis in 3 days")
    person.page.get_by_role("button", name="Show it").click()
    expect(person.page.get_by_role("dialog", name="Details")).to_be_visible()
    expect(person.page.get_by_label("Title", exact=True)).to_have_value("buy skis")


def test_several_lines_become_a_task_each(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    tasks.field.focus()
    person.page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const event = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
          document.activeElement.dispatchEvent(event);
        }""",
        "eggs\n\n  flour #cake\r\nbutter",
    )
    person.page.get_by_role("button", name="Add 3 tasks").click()
    tasks.has("eggs", "flour", "butter")


# --- One task --------------------------------------------------------------------------------------------------------


def test_a_title_is_edited_where_it_stands(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("call Anna", "call Ben")
    tasks.title("call Ben").focus()
    for key, title, end, after in [
        ("e", "call Bob", "Enter", "call Bob"),
        ("F2", "call nobody", "Escape", "call Bob"),
        ("F2", "  call Bea ", "Enter", "call Bea"),
    ]:
        page.keyboard.press(key)
        editor = page.get_by_role("textbox", name="Title")
        expect(editor).to_be_focused()
        editor.fill(title)
        editor.press(end)
        tasks.has(after, "call Anna")
        expect(tasks.title(after)).to_be_focused()
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Title").fill("call Cem")
    tasks.title("call Anna").click(trial=True)
    tasks.search.focus()
    tasks.has("call Cem", "call Anna")
    tasks.all_sent()
    assert [task["title"] for task in elsewhere(person).tasks()] == ["call Cem", "call Anna"]


def test_a_task_is_completed_and_that_is_undone(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("three", "two", "one")
    tasks.complete("two")
    tasks.has("one", "three")
    tasks.undo_by_toast("Completed: two")
    tasks.has("one", "two", "three")
    expect(tasks.title("two")).to_be_focused()

    page.keyboard.press("x")
    tasks.has("one", "three")
    expect(tasks.title("three")).to_be_focused()
    page.keyboard.press(" ")
    tasks.has("one")
    expect(tasks.title("one")).to_be_focused()
    page.keyboard.press("Control+z")
    tasks.has("one", "three")
    page.keyboard.press("Control+z")
    tasks.has("one", "two", "three")
    tasks.all_sent()
    assert not any(task["completed"] for task in elsewhere(person).tasks())


def test_a_task_is_deleted_and_that_is_undone(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("three", "two", "one")
    tasks.choose("one", "Delete")
    tasks.has("two", "three")
    expect(page.locator("[data-task]").first.locator(":focus")).to_have_count(1)
    tasks.undo_by_toast("Deleted: one")
    tasks.has("one", "two", "three")

    tasks.title("two").focus()
    page.keyboard.press("Delete")
    tasks.has("one", "three")
    expect(tasks.title("three")).to_be_focused()
    # Elsewhere that does it again; here it takes nothing more back.
    page.keyboard.press("Control+Shift+z")
    tasks.has("one", "three")
    page.keyboard.press("Control+z")
    tasks.has("one", "two", "three")
    expect(tasks.title("two")).to_be_focused()
    tasks.all_sent()
    assert len(elsewhere(person).tasks("&status=open")) == 3


def test_a_repeating_task_comes_again_and_its_next_date_is_told(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("water plants tomorrow every week")
    tasks.all_sent()
    tasks.complete("water plants")
    expect(page.get_by_role("dialog").filter(has_text="It is due again")).to_be_visible()
    tasks.has("water plants")
    done, following = (elsewhere(person).tasks(f"&status={status}")[0] for status in ("completed", "open"))
    assert (done["due"], following["due"]) == (_day(1), _day(8))


def test_the_focus_moves_through_the_rows(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("three", "two", "one")
    tasks.field.press("ArrowDown")
    for key, title in [
        ("ArrowDown", "two"),
        ("j", "three"),
        ("ArrowDown", "three"),
        ("k", "two"),
        ("Home", "one"),
        ("End", "three"),
        ("ArrowUp", "two"),
    ]:
        page.keyboard.press(key)
        expect(tasks.title(title)).to_be_focused()
    # One Tab leaves the title, and the row's own controls follow it, not those of other rows.
    page.keyboard.press("Tab")
    expect(tasks.row("two").get_by_role("button", name="Actions for two")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Details")).to_be_visible()


# --- Order -----------------------------------------------------------------------------------------------------------


def _by_keyboard(tasks: TaskList) -> None:
    tasks.title("one").focus()
    tasks.page.keyboard.press("Alt+ArrowDown")
    tasks.said("one, 2 of 4")
    tasks.page.keyboard.press("Alt+ArrowDown")
    tasks.said("one, 3 of 4")
    expect(tasks.title("one")).to_be_focused()


def _by_menu(tasks: TaskList) -> None:
    tasks.choose("one", "Move to the bottom")
    tasks.choose("one", "Move up")


def _by_details(tasks: TaskList) -> None:
    tasks.title("one").click()
    down = tasks.page.get_by_role("button", name="Move down", exact=True)
    down.click()
    down.click()
    tasks.page.keyboard.press("Escape")


def _by_dragging(tasks: TaskList) -> None:
    page = tasks.page
    handle = tasks.row("one").locator("[data-drag-handle]").bounding_box()
    target = tasks.row("three").bounding_box()
    assert handle is not None
    assert target is not None
    x = handle["x"] + handle["width"] / 2
    page.mouse.move(x, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(x + 4, handle["y"] + handle["height"] / 2 + 8, steps=3)
    page.mouse.move(x + 4, target["y"] + target["height"] * 0.8, steps=8)
    # A browser that is driven tells where something is dragged to when the pointer moves on there.
    page.mouse.move(x + 6, target["y"] + target["height"] * 0.8, steps=4)
    expect(page.locator("[data-drop-line]")).to_be_visible()
    page.mouse.up()
    expect(page.locator("[data-drop-line]")).to_have_count(0)
    expect(tasks.title("one")).to_be_focused()


@pytest.mark.parametrize("move", [_by_keyboard, _by_menu, _by_details, _by_dragging])
def test_tasks_are_put_in_another_order_that_stays(
    signed_up: SignedUp, elsewhere: ToElsewhere, move: Callable[[TaskList], None]
) -> None:
    person = signed_up()
    tasks = TaskList(person.page)
    tasks.add("four", "three", "two", "one")
    tasks.all_sent()
    move(tasks)
    tasks.has("two", "three", "one", "four")
    tasks.all_sent()
    person.page.reload()
    tasks.has("two", "three", "one", "four")
    by_order = elsewhere(person).tasks("&sort=order")
    assert [task["title"] for task in by_order] == ["two", "three", "one", "four"]


def test_a_task_becomes_a_subtask_and_no_longer(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("sleep", "bake a cake", "give a party")
    tasks.title("bake a cake").focus()
    page.keyboard.press("Alt+ArrowRight")
    tasks.said("bake a cake is a subtask of give a party now")
    expect(tasks.row("bake a cake")).to_have_attribute("aria-level", "2")
    expect(tasks.row("give a party")).to_contain_text("0 of 1")
    tasks.all_sent()
    other = elsewhere(person)
    assert other.task("bake a cake")["parent_id"] == other.task("give a party")["id"]

    tasks.title("give a party").focus()
    page.keyboard.press("ArrowLeft")
    tasks.has("give a party", "sleep")
    page.keyboard.press("ArrowRight")
    tasks.has("give a party", "bake a cake", "sleep")
    page.keyboard.press("x")
    tasks.has("sleep")
    page.keyboard.press("Control+z")
    tasks.has("give a party", "bake a cake", "sleep")
    tasks.title("bake a cake").focus()
    page.keyboard.press("Alt+ArrowLeft")
    tasks.has("give a party", "bake a cake", "sleep")
    expect(tasks.row("bake a cake")).to_have_attribute("aria-level", "1")
    check_accessibility(page)

"""Lists of the web app: filters, trash, details, many tasks; in a real browser against the deployed stack."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.web import Visitor, check_accessibility, wait_until
from tests.support.web_tasks import Elsewhere, TaskList

SignedUp = Callable[..., Visitor]
ToElsewhere = Callable[[Visitor], Elsewhere]
MANY = 5_000

# --- Search, filters, sorting ----------------------------------------------------------------------------------------


def test_a_search_stands_in_the_address_and_back_ends_it(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("eat a crêpe", "buy flour", "buy CREPE pan")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(tasks.search).to_be_focused()
    page.keyboard.type("crepe")
    tasks.has("buy CREPE pan", "eat a crêpe")
    tasks.said("2 tasks")
    expect(page).to_have_url(re.compile(r"/all\?q=crepe$"))
    page.reload()
    tasks.has("buy CREPE pan", "eat a crêpe")
    expect(tasks.search).to_have_value("crepe")
    page.go_back()
    expect(tasks.search).to_have_value("")
    tasks.has("buy CREPE pan", "buy flour", "eat a crêpe")


def test_filters_are_set_and_cleared_one_by_one(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("a !high #x tomorrow", "b !high", "c !low #x", "d")
    page.get_by_role("button", name="Filters", exact=True).click()
    for choice, titles in [("High priority", "ba"), ("Low priority", "cba"), ("#x", "ca"), ("No date", "c")]:
        page.get_by_role("checkbox", name=choice, exact=True).check()
        tasks.has(*titles)
    check_accessibility(page)
    page.get_by_role("button", name="Remove the filter #x").click()
    tasks.has("c", "b")
    page.reload()
    tasks.has("c", "b")
    page.get_by_role("button", name="Clear all").click()
    tasks.has("d", "c", "b", "a")
    expect(page.get_by_role("button", name="Filters", exact=True)).to_be_focused()
    tasks.search.fill("nothing like it")
    expect(page.get_by_role("heading", name="No task matches")).to_be_visible()


def test_tasks_are_sorted_both_ways(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("b !low", "c !high in 2 days", "a in 3 days")
    for sort, titles in [("Title", "abc"), ("Priority", "cba"), ("Due date", "cab"), ("Manual order", "acb")]:
        page.get_by_label("Sort by").select_option(sort)
        tasks.has(*titles)
    page.get_by_label("Sort by").select_option("Title")
    page.get_by_role("button", name="Ascending").click()
    tasks.has("c", "b", "a")
    page.reload()
    tasks.has("c", "b", "a")


def test_lists_and_tags_are_reached_by_keyboard_and_counted(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("now today #x", "later in 4 days #x", "some time")
    nav = page.get_by_role("navigation")
    for name, count in [("All", "3"), ("Today", "1"), ("Upcoming", "1"), ("x", "2")]:
        expect(nav.get_by_role("link", name=re.compile(f"^{name} {count}$"))).to_be_visible()
    page.keyboard.press("Escape")
    tasks.title("some time").focus()
    page.keyboard.press("x")
    for keys, heading, titles in [
        ("gt", "Today", ["now"]),
        ("gu", "Upcoming", ["later"]),
        ("gc", "Completed", ["some time"]),
        ("gh", "All", ["later", "now"]),
    ]:
        for key in keys:
            page.keyboard.press(key)
        expect(person.heading(heading)).to_be_visible()
        tasks.has(*titles)
        check_accessibility(page)
    nav.get_by_role("link", name="x 2").click()
    expect(person.heading("#x")).to_be_visible()
    tasks.has("later", "now")


def test_the_palette_does_it_by_name(signed_up: SignedUp) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("two", "one")
    tasks.title("one").focus()
    for name in ("Move down", "Complete or"):
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Search commands").fill(name)
        page.keyboard.press("Enter")
    tasks.has("two")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search commands").fill("Dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    check_accessibility(page)


def test_an_address_that_leads_nowhere_says_so(signed_up: SignedUp) -> None:
    person = signed_up()
    person.page.goto("/nowhere/at/all")
    expect(person.heading("Nothing is here")).to_be_visible()
    check_accessibility(person.page)


# --- Details ---------------------------------------------------------------------------------------------------------


def test_details_save_what_is_changed_as_it_is_changed(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("party", "cake #food")
    tasks.title("cake").click()
    dialog = page.get_by_role("dialog", name="Details")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Description").fill("with cherries")
    dialog.get_by_label("Due date").fill("2036-03-01")
    dialog.get_by_label("Time", exact=True).fill("09:30")
    dialog.get_by_label("Time zone").select_option("Europe/Paris")
    dialog.get_by_label("Repeat").select_option("Every month on the 1st")
    dialog.get_by_label("The next one is reckoned from").select_option("When it was completed")
    dialog.get_by_label("Priority").select_option("Medium priority")
    dialog.get_by_label("Tags").fill("sweet")
    dialog.get_by_label("Tags").press("Enter")
    dialog.get_by_role("button", name="Remove the tag food").click()
    dialog.get_by_label("Title", exact=True).fill("apple cake")
    dialog.get_by_label("Subtask of").fill("part")
    dialog.get_by_role("button", name="party").click()
    for title in ("sugar", "apples"):
        dialog.get_by_label("Add a subtask").fill(title)
        dialog.get_by_label("Add a subtask").press("Enter")
    dialog.get_by_role("button", name="Move up: apples").click()
    dialog.get_by_role("checkbox", name="Complete sugar").check()
    expect(dialog.locator('[data-saving="saved"]')).to_be_visible()
    tasks.all_sent()
    check_accessibility(page)

    other = elsewhere(person)
    cake, party = other.task("apple cake"), other.task("party")
    assert {name: cake[name] for name in ("description", "due", "due_timezone", "priority", "tags", "parent_id")} == {
        "description": "with cherries",
        "due": "2036-03-01T09:30:00",
        "due_timezone": "Europe/Paris",
        "priority": "medium",
        "tags": ["sweet"],
        "parent_id": party["id"],
    }
    assert (cake["repeat"], cake["repeat_from"]) == ("FREQ=MONTHLY;BYMONTHDAY=1", "completion")
    below = [task for task in other.tasks("&sort=order") if task["parent_id"] == cake["id"]]
    assert [(task["title"], task["completed"]) for task in below] == [("apples", False), ("sugar", True)]

    page.go_back()
    expect(dialog).to_have_count(0)
    expect(tasks.title("apple cake")).to_be_focused()


def test_a_date_on_its_way_to_another_is_not_saved(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up(locale="en-US")
    tasks, page = TaskList(person.page), person.page
    tasks.add("pay rent 2036-01-31 9am every month")
    tasks.all_sent()
    tasks.title("pay rent").click()
    dialog = page.get_by_role("dialog", name="Details")
    date = dialog.get_by_label("Due date")
    with_day = {"due": "2036-01-31T09:00:00", "repeat": "FREQ=MONTHLY;BYMONTHDAY=-1"}

    date.focus()
    # There is no 31st of February; and the year 0002 is not meant.
    for keys, expected in (("02", with_day), ("28", {"due": "2036-02-28T09:00:00"}), ("2037", {})):
        page.keyboard.type(keys, delay=50)
        expect(dialog.locator('[data-saving="saved"]')).to_be_visible()
        tasks.all_sent()
        saved = elsewhere(person).task("pay rent")
        assert {name: saved[name] for name in expected} == expected
    assert elsewhere(person).task("pay rent")["due"] == "2037-02-28T09:00:00"

    page.keyboard.press("Backspace")
    dialog.get_by_label("Title", exact=True).focus()
    expect(date).to_have_value("2037-02-28")
    assert saved["repeat"] is not None
    page.keyboard.press("Escape")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_details_have_an_address_of_their_own(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("two", "one")
    tasks.all_sent()
    page.goto(f"/today?task={elsewhere(person).task('two')['id']}")
    expect(page.get_by_label("Title", exact=True)).to_have_value("two")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/today$"))
    page.goto("/all?task=no-such-task")
    expect(page.get_by_text("There is no such task.")).to_be_visible()
    check_accessibility(page)


def test_a_title_or_description_beyond_the_limit_is_not_saved(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("one")
    tasks.title("one").click()
    page.get_by_label("Title", exact=True).fill("x" * 201)
    expect(page.get_by_role("alert")).to_contain_text("200")
    expect(page.locator('[data-saving="unsaved"]')).to_be_visible()
    page.get_by_label("Title", exact=True).fill("another one")
    page.get_by_label("Description").fill("🌻" * 8192)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator('[data-saving="saved"]')).to_be_visible()
    page.get_by_label("Description").fill("🌻" * 8193)
    expect(page.get_by_role("alert")).to_contain_text("8,192")
    assert elsewhere(person).task("another one")["description"] == "🌻" * 8192


# --- Trash and completed ---------------------------------------------------------------------------------------------


def test_the_trash_gives_back_or_deletes_for_good(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("four", "three", "two", "one")
    for title in ("one", "two", "three", "four"):
        tasks.title(title).focus()
        page.keyboard.press("Delete")
    expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()
    page.get_by_role("link", name="Trash 4").click()
    expect(page.locator("[data-task]")).to_have_count(4)
    check_accessibility(page)
    page.get_by_role("button", name="Restore: two").click()
    expect(page.locator("[data-task]")).to_have_count(3)
    expect(page.locator("[data-task] :focus")).to_have_count(1)
    page.get_by_role("button", name="Delete for good: one").click()
    page.get_by_role("dialog", name="Delete for good?").get_by_role("button", name="Delete for good").click()
    expect(page.locator("[data-task]")).to_have_count(2)
    expect(page.locator("[data-task] :focus")).to_have_count(1)
    page.keyboard.press("e")
    expect(page.get_by_role("textbox", name="Title")).to_have_count(0)
    page.get_by_role("button", name="Empty the trash").click()
    page.get_by_role("button", name="Delete 2 tasks for good").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    expect(page.locator("main")).to_be_focused()
    tasks.all_sent()
    other = elsewhere(person)
    assert [task["title"] for task in other.tasks()] == ["two"]
    assert other.tasks("&status=trashed") == []


def test_all_completed_tasks_go_to_the_trash_at_once(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    tasks.add("three", "two", "one")
    tasks.complete("one")
    tasks.complete("two")
    page.goto("/completed")
    page.get_by_role("button", name="Clear all completed").click()
    page.get_by_role("button", name="Move 2 tasks to the trash").click()
    expect(page.get_by_role("heading", name="Nothing is completed yet")).to_be_visible()
    tasks.all_sent()
    assert {task["title"] for task in elsewhere(person).tasks("&status=trashed")} == {"one", "two"}


# --- Everywhere ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_list_is_for_everyone_in_both_themes_and_when_narrow(signed_up: SignedUp, scheme: str) -> None:
    person = signed_up(color_scheme=scheme, viewport={"width": 320, "height": 640})
    tasks, page = TaskList(person.page), person.page
    tasks.add("a" * 100, "pay the rent of the flat tomorrow 9am #home !high every month", "call Ben today !medium")
    tasks.complete("call Ben")
    tasks.undo_by_toast("Completed: call Ben")
    tasks.title("pay the rent of the flat").click()
    expect(page.get_by_role("dialog", name="Details")).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Details")).to_have_count(0)
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_five_thousand_tasks_are_a_few_rows_at_a_time(signed_up: SignedUp, elsewhere: ToElsewhere) -> None:
    person = signed_up()
    tasks, page = TaskList(person.page), person.page
    elsewhere(person).make([{"title": f"task {n}", "order": n} for n in range(MANY)])
    page.reload()
    rows = page.locator("[data-task]")
    expect(page.get_by_text("5,000 tasks")).to_be_visible()
    expect(tasks.title("task 0")).to_be_visible()
    assert rows.count() < 60

    # What typing shows anew is the field, and none of the rows.
    page.evaluate(
        """() => {
          window.changes = 0;
          const observer = new MutationObserver((found) => (window.changes += found.length));
          observer.observe(document.querySelector("[data-list]"), {subtree: true, childList: true, attributes: true});
        }"""
    )
    tasks.field.press_sequentially("buy milk tomorrow")
    expect(page.locator("[data-chip]")).to_have_count(1)
    assert page.evaluate("window.changes") == 0

    tasks.title("task 0").focus()
    page.keyboard.press("End")
    expect(tasks.title(f"task {MANY - 1}")).to_be_focused()
    expect(tasks.title(f"task {MANY - 1}")).to_be_in_viewport()
    assert rows.count() < 60
    page.mouse.move(640, 400)
    page.mouse.wheel(0, -1_000_000)
    wait_until(page, "window.scrollY === 0")
    expect(tasks.title(f"task {MANY - 1}")).to_be_focused()
    assert rows.count() < 60
    page.keyboard.press("Alt+ArrowUp")
    tasks.said(f"task {MANY - 1}, {MANY - 1} of {MANY}")
    expect(tasks.title(f"task {MANY - 1}")).to_be_in_viewport()
    tasks.search.fill("task 4321")
    tasks.has("task 4321")

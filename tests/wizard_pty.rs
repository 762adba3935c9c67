//! Two consoles in two real pseudo-terminals, joined by two people who know nothing but what is on their screens.
//! Waits for content, never for time.
#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Command;
use support::console::Console;

const SIZE: (u16, u16) = (120, 36);

/// The seven words, by their numbers.
fn seven_words(console: &Console) -> Vec<String> {
    console.find("seven words", |screen| {
        let text = screen.contents();
        (1..=7)
            .map(|number| {
                let label = format!("│  {number}  ");
                let line = text.lines().find_map(|line| line.split_once(&label))?.1;
                line.split_whitespace().next().map(ToOwned::to_owned)
            })
            .collect()
    })
}

/// The words that open a bundle, over as many lines as they take.
fn passphrase(console: &Console) -> String {
    console.find("the words of the bundle", |screen| {
        let text = screen.contents();
        // The card stands between the steps on the left and the explanations on the right.
        let card: Vec<&str> = text.lines().filter_map(|line| line.split('│').nth(3)).collect();
        let first = card.iter().position(|line| line.contains("words     "))?;
        let last = card.iter().position(|line| line.contains("s hides them"))?;
        let words = card[first..last].iter().flat_map(|line| line.split_whitespace());
        let words: Vec<&str> = words.filter(|word| *word != "words").collect();
        Some(words.join(" "))
    })
}

fn butterfly(home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_butterfly"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// A console on a home with one instance of this name, which it hosts.
fn hosting(folder: &Path, name: &str) -> Console {
    let home = folder.join(name);
    butterfly(&home, &["vault", "init", "--key-file"]);
    butterfly(&home, &["instance", "init", name, "--listen", "127.0.0.1:0"]);
    if name == "observatory" {
        let file = folder.join("pointers.jsonl");
        std::fs::write(
            &file,
            r#"{"data_reference": "https://data.example/sky.csv", "description": "Sky brightness", "tags": ["sky"]}"#,
        )
        .unwrap();
        butterfly(&home, &["pointer", "import", name, file.to_str().unwrap()]);
    }
    let mut console = Console::start_in(folder, &home, SIZE, &[("COLORFGBG", "15;0")]);
    console.wait_for("stopped");
    console.press("1s");
    console.wait_for("1 of 1 up");
    console
}

/// Offers what is asked for by default, up to the choice of how to hand over.
fn offer(console: &mut Console) {
    console.press("o");
    console.answer("Which of your instances shall be called?", "\r");
    console.answer("Who is going to call observatory?", "museum\r");
    console.answer("What shall museum be able to do?", "\r");
    console.wait_for("Which pointers may museum read?");
    console.answer("Sky brightness", " \r");
    console.answer("Within which limits?", "\x13");
    console.answer("Who on their side shall hold a credential?", "\r");
    console.wait_for("How will you hand it over?");
}

/// Both compare the words; then everything goes on by itself, up to the first call.
fn compare_and_call(offering: &mut Console, accepting: &mut Console) {
    assert_eq!(seven_words(offering), seven_words(accepting));
    accepting.answer("They match, all seven", "1\r");
    accepting.wait_for("the words match on your side");
    offering.answer("They match, all seven", "1\r");
    offering.wait_for("fresh keys are in force");
    call(accepting, "relay");
}

/// Everything goes on by itself once the keys are there, up to the first call by this route.
fn call(accepting: &mut Console, route: &str) {
    accepting.answer("it works", "\r");
    accepting.answer("Create a federated pointer now?", "\x13");
    accepting.wait_for(&format!("answered by {route}"));
    accepting.wait_for("Sky brightness");
    accepting.press("\r");
    accepting.answer("You can call observatory", "\r");
}

/// What the two homes know in the end.
fn is_verified(folder: &Path) {
    for (name, side) in [("museum", "held"), ("observatory", "issued")] {
        let listed = butterfly(&folder.join(name), &["--json", "credential", "list"]);
        let rows: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
        let shared: Vec<&serde_json::Value> = rows
            .iter()
            .filter(|row| row["side"] == side && row["app_id"].as_str().unwrap().starts_with("museum-"))
            .collect();
        assert!(!shared.is_empty(), "{listed}");
        for row in shared {
            assert_eq!(row["verified"], true, "{listed}");
            assert_eq!(row["state"], "active", "{listed}");
        }
    }
}

#[test]
fn two_people_with_two_terminals_are_joined_by_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    offer(&mut offering);
    offering.press("\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Read these to the other side, on the phone");
    let (address, code) = (offering.read("address   "), offering.read("code      "));
    accepting.press("A");
    accepting.answer("How did it come to you?", "\r");
    accepting.answer("what is the code?", &format!("{address}\t{code}\r"));
    accepting.answer("What shall it be called here", "\x13");
    // The side that offers turns the page by itself.
    compare_and_call(&mut offering, &mut accepting);
    is_verified(folder.path());
}

#[test]
fn two_people_with_two_terminals_are_joined_by_a_bundle_under_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    offer(&mut offering);
    offering.press("3\r");
    offering.answer("Shall the bundle be written to a file too?", "\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Send the bundle one way, and the words another way");
    let file = offering.read("file      ");
    offering.press("s");
    let words = passphrase(&offering);
    let armoured = std::fs::read_to_string(folder.path().join(file)).unwrap();
    accepting.press("A");
    accepting.answer("How did it come to you?", "2\r");
    accepting.wait_for("What did they send you?");
    accepting.paste(&armoured);
    accepting.answer("bytes of text are here", "\r");
    accepting.answer("Which words came with it?", &format!("{words}\r"));
    accepting.answer("What shall it be called here", "\x13");
    accepting.wait_for("Does observatory see the same seven words?");
    offering.press("\r");
    compare_and_call(&mut offering, &mut accepting);
    is_verified(folder.path());
}

#[test]
fn two_people_with_two_terminals_are_joined_by_a_request_and_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    accepting.press("A");
    accepting.answer("How did it come to you?", "3\r");
    accepting.answer("What do you want to ask for?", "\t\tmuseum\task.txt\r");
    accepting.answer("Send this request to the other administrator", "\r");
    accepting.wait_for("What did they send you?");
    offer(&mut offering);
    offering.press("2\r");
    offering.wait_for("What did they send you?");
    let request = std::fs::read_to_string(folder.path().join("ask.txt")).unwrap();
    offering.paste(&request);
    offering.answer("bytes of text are here", "\r");
    offering.answer("Shall the bundle be written to a file too?", "\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Send this back to whoever asked");
    let file = offering.read("file      ");
    accepting.press(&format!("{file}\r"));
    accepting.answer("What shall it be called here", "\x13");
    accepting.wait_for("Does observatory see the same seven words?");
    offering.press("\r");
    compare_and_call(&mut offering, &mut accepting);
    is_verified(folder.path());
}

#[test]
fn two_people_with_two_terminals_are_joined_by_plain_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut offering = hosting(folder.path(), "observatory");
    let mut accepting = hosting(folder.path(), "museum");
    offer(&mut offering);
    offering.press("4\r");
    offering.answer("May the same call be made twice?", "2\r");
    offering.answer("Is this what you want to share?", "\r");
    offering.wait_for("Whoever sees these values");
    offering.press("st");
    offering.wait_for("Esc goes back");
    let values = [
        "BUTTERFLY_URL=",
        "APP_ID=",
        "JWT_SECRET_KEY=",
        "BUTTERFLY_ENCRYPTION_KEY=",
    ];
    let values = values.map(|name| offering.read(name));
    accepting.press("A");
    accepting.answer("How did it come to you?", "4\r");
    accepting.answer(
        "Which values were you given?",
        &format!("{}\r", values.join("\t")),
    );
    accepting.answer("What shall it be called here", "observatory\r");
    call(&mut accepting, "endpoint");
}

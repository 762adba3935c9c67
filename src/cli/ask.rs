//! Asking a person. Nothing is asked where nobody sits in front of a terminal.
//!
//! Questions go to stderr, or to the terminal itself where stderr goes elsewhere (`… 2>&1 | tee file`): whoever sits there
//! is asked all the same, and nothing is done unasked because its messages are kept.

use crate::protocol::Code;
use crate::seal::Passphrase;
use crate::workspace::Failure;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Write};
use zeroize::Zeroizing;

/// The terminal of this process, whatever its streams lead to.
#[cfg(unix)]
const TERMINAL: &str = "/dev/tty";
#[cfg(not(unix))]
const TERMINAL: &str = "CONOUT$";

/// Whether somebody can answer.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && (io::stderr().is_terminal() || terminal().is_some())
}

fn terminal() -> Option<File> {
    OpenOptions::new().write(true).open(TERMINAL).ok()
}

/// Shows text to whoever answers.
fn show(text: &str) {
    let show_on = |place: &mut dyn Write| {
        let _ = write!(place, "{text}");
        let _ = place.flush();
    };
    match terminal().filter(|_| !io::stderr().is_terminal()) {
        Some(mut terminal) => show_on(&mut terminal),
        None => show_on(&mut io::stderr().lock()),
    }
}

/// A passphrase, typed unseen.
pub fn passphrase(prompt: &str) -> Result<Passphrase, Failure> {
    let text = Zeroizing::new(rpassword::prompt_password(prompt).map_err(|error| cannot_ask(&error))?);
    Passphrase::parse(&text).map_err(|_| {
        Failure::new(
            Code::VaultLocked,
            "the passphrase is empty",
            "type it at the prompt",
        )
    })
}

/// A new passphrase, typed twice.
pub fn new_passphrase(what: &str) -> Result<Passphrase, Failure> {
    loop {
        let first = passphrase(&format!("{what}: "))?;
        let second = passphrase(&format!("{what}, again: "))?;
        if first.expose_text() == second.expose_text() {
            return Ok(first);
        }
        tell("They differ; once more.");
    }
}

/// A line that is no secret.
pub fn line(prompt: &str) -> Result<String, Failure> {
    show(prompt);
    let mut answer = String::new();
    let read = io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| cannot_ask(&error))?;
    if read == 0 {
        return Err(Failure::new(
            Code::Usage,
            "no answer was given",
            "answer the question",
        ));
    }
    Ok(answer.trim().to_owned())
}

/// Asks before something that cannot be taken back. Where nobody can be asked, who wrote the script has decided.
pub fn confirm(what: &str, is_confirmed: bool) -> Result<(), Failure> {
    if is_confirmed || !is_possible() {
        return Ok(());
    }
    if line(&format!("{what}\nType yes to go on: "))? == "yes" {
        return Ok(());
    }
    Err(Failure::new(
        Code::Usage,
        "not done: it was not confirmed",
        "type yes, or give --yes",
    ))
}

/// The same before what a script must not do by accident: where nobody can be asked, `--yes` has to say so.
pub fn insist(what: &str, is_confirmed: bool) -> Result<(), Failure> {
    if is_confirmed || is_possible() {
        return confirm(what, is_confirmed);
    }
    Err(Failure::new(
        Code::Usage,
        format!("not done, because nobody is here to be asked: {what}"),
        "give --yes if you mean it",
    ))
}

/// Asks until the answer is yes or no.
pub fn yes_or_no(question: &str) -> Result<bool, Failure> {
    loop {
        match line(&format!("{question} [yes/no] "))?.to_lowercase().as_str() {
            "yes" => return Ok(true),
            "no" => return Ok(false),
            _ => tell("Type yes or no."),
        }
    }
}

/// Says something to whoever answers.
pub fn tell(text: &str) {
    show(&format!("{text}\n"));
}

fn cannot_ask(error: &io::Error) -> Failure {
    Failure::new(
        Code::FileFailed,
        format!("the terminal cannot be read: {error}"),
        "give the answer by environment or file instead",
    )
}

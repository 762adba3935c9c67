//! `butterfly man`: the man pages.

use super::outcome::{Outcome, file_failed};
use super::session::Session;
use super::{Cli, surroundings};
use crate::command::docs;
use crate::workspace::path_text;
use clap::{Command, CommandFactory};
use serde_json::json;
use std::io;
use std::path::PathBuf;

/// Print the man page, or write one for each verb into a folder.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// The folder; without it, the main page is printed.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub fn run(self, session: &Session) -> Outcome {
        let mut command = Cli::command();
        command.build();
        let Some(dir) = self.dir else {
            let page =
                main_page(command).map_err(|error| file_failed("write", &PathBuf::from("-"), &error))?;
            return session.show_text(String::from_utf8_lossy(&page).trim_end());
        };
        std::fs::create_dir_all(&dir).map_err(|error| file_failed("make", &dir, &error))?;
        let mut written = Vec::new();
        for (name, page) in pages(command).map_err(|error| file_failed("write", &dir, &error))? {
            let path = dir.join(name);
            std::fs::write(&path, page).map_err(|error| file_failed("write", &path, &error))?;
            written.push(path_text(&path));
        }
        match session.is_json() {
            true => session.show(&json!({"files": written}), String::new),
            false => Ok(()),
        }
    }
}

/// The page about the program, with the console's keys.
fn main_page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    page.extend_from_slice(surroundings::sections().as_bytes());
    page.extend_from_slice(docs::roff().as_bytes());
    Ok(page)
}

/// File names and pages of the program and of each verb.
fn pages(command: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    fn verbs(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let man = clap_mangen::Man::new(verb.clone());
            let mut page = Vec::new();
            man.render(&mut page)?;
            pages.push((man.get_filename(), page));
            verbs(verb, pages)?;
        }
        Ok(())
    }
    let mut pages = Vec::new();
    verbs(&command, &mut pages)?;
    pages.push(("butterfly.1".to_owned(), main_page(command)?));
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_each_verb_and_the_main_one_tells_the_keys() {
        let mut command = Cli::command();
        command.build();
        let pages = pages(command).unwrap();
        let page = |name: &str| {
            let (_, page) = pages.iter().find(|(other, _)| other == name).unwrap();
            String::from_utf8(page.clone()).unwrap()
        };
        assert!(page("butterfly.1").contains("CONSOLE KEYS"));
        assert!(page("butterfly.1").contains("BUTTERFLY_VAULT_KEY_FILE"));
        assert!(page("butterfly-instance-start.1").contains("start"));
    }
}

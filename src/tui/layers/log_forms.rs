//! The forms of the invoke log: a note, a file with lines of it.

use super::form::Form;
use super::form_field::Field;
use super::form_purpose::Purpose;
use crate::tui::clock::count;
use crate::tui::effect::Work;
use crate::workspace::{LogExport, LogFormat};
use std::path::{Path, PathBuf};

const FILTERED: &str = "what the filter leaves";
const MARKED: &str = "marked lines";

impl Form {
    /// A note to a line of the log.
    pub fn note_line(id: u64, before: &str) -> Self {
        Self::of(
            Purpose::NoteLine(id),
            format!("Note to line {id}"),
            "One line of text, sealed in the vault. An empty one takes the note away.",
            "keep it",
            vec![Field::text(
                "note",
                "Note",
                before,
                "what you want to know of it later",
            )],
        )
    }

    /// A file with lines of the log.
    /// The format is the one that the ending of the path says, if it says one.
    pub fn export_log(filter: &str, matched: u64, path: &str) -> Self {
        let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
        let format = LogFormat::ALL
            .iter()
            .position(|format| Some(format.as_str()) == ending)
            .unwrap_or(0);
        let lines = if filter.is_empty() {
            "All lines".to_owned()
        } else {
            format!("What {filter} leaves")
        };
        let fields = vec![
            Field::choice(
                "which",
                "Lines",
                vec![FILTERED.to_owned(), MARKED.to_owned()],
                "Space changes it",
            ),
            Field::choice(
                "format",
                "Format",
                LogFormat::ALL
                    .iter()
                    .map(|format| format.as_str().to_owned())
                    .collect(),
                "jsonl: one JSON object a line; har: for browsers' tools",
            )
            .at(format),
            Field::text("path", "File", path, "its ending is added"),
        ];
        Self::of(
            Purpose::ExportLog(filter.to_owned()),
            "Export the invoke log".to_owned(),
            &format!(
                "{lines}, {} as of now, or those that are marked. Without tokens and signatures; queries and replies are in it in plain.",
                count(matched)
            ),
            "write it",
            fields,
        )
    }

    pub(super) fn log_export(&self, filter: &str) -> Work {
        let format = LogFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == self.value("format"))
            .unwrap_or(LogFormat::Jsonl);
        let filter = if self.value("which") == MARKED {
            "marked"
        } else {
            filter
        };
        let mut path = PathBuf::from(self.value("path"));
        if path.extension().is_none() {
            path.set_extension(format.as_str());
        }
        let export = LogExport {
            filter: filter.to_owned(),
            format,
        };
        Work::ExportLog(Box::new(export), path)
    }
}

//! Pointers into files, in a form that an import reads again.

use super::file_failure::cannot;
use super::session::Session;
use super::to_the_end::ToTheEnd;
use super::{Failure, ImportFormat, ListRemark, PointerList, Workspace, tags_cell};
use crate::model::{ConnectionId, Pointer};
use crate::protocol::Code;
use crate::store::{PointerQuery, Start};
use std::io::{self, Write};
use std::path::Path;

/// Pointers asked for at a time.
const PAGE: u64 = 1_000;

const COLUMNS: [&str; 9] = [
    "address",
    "data_reference",
    "description",
    "tags",
    "connection_id",
    "credential_pointer_address",
    "federated",
    "created_at",
    "last_modified",
];

impl Workspace {
    /// Writes every pointer of an instance; returns how many.
    pub async fn export_pointers(
        &self,
        instance: &str,
        target: &mut (dyn Write + Send),
        format: ImportFormat,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Failure> {
        self.export_matching(instance, &PointerQuery::default(), target, format, progress)
            .await
    }

    /// Writes every pointer that a query matches, whatever page it asks for; returns how many.
    pub async fn export_matching(
        &self,
        instance: &str,
        wanted: &PointerQuery,
        target: &mut (dyn Write + Send),
        format: ImportFormat,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Failure> {
        let mut session = self.session(instance).await?;
        let written = self
            .export_in(&mut session, wanted, target, format, progress)
            .await;
        session.close().await;
        written
    }

    async fn export_in(
        &self,
        session: &mut Session<'_>,
        wanted: &PointerQuery,
        target: &mut (dyn Write + Send),
        format: ImportFormat,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, Failure> {
        let mut written = 0;
        let mut reading = ToTheEnd::default();
        let mut wanted = PointerQuery {
            limit: Some(PAGE),
            start: Start::First,
            ..wanted.clone()
        };
        write_heading(target, format).map_err(failed)?;
        loop {
            let PointerList { page, remark } = self.list_in(session, &wanted).await?;
            if let Some(ListRemark::Unreadable { count, rows }) = remark {
                return Err(left_out(count, &rows).on(session.record.name.as_str()));
            }
            written += page.pointers.len() as u64;
            write_pointers(target, format, &page.pointers).map_err(failed)?;
            progress(written);
            let Some(next) = reading.after(session, &wanted, &page)? else {
                break;
            };
            wanted.start = next;
        }
        target.flush().map_err(failed)?;
        Ok(written)
    }
}

/// A file that lacks some would look as if there were no others.
fn left_out(count: u64, rows: &str) -> Failure {
    Failure::new(
        Code::PeerGarbage,
        format!("{count} of its pointers cannot be read, and would not be in the file: {rows}"),
        "have these corrected on that instance",
    )
}

/// What a file of this form begins with.
pub(super) fn write_heading(target: &mut (dyn Write + Send), format: ImportFormat) -> io::Result<()> {
    match format {
        ImportFormat::Jsonl => Ok(()),
        ImportFormat::Csv => csv_lines(target, |lines| lines.write_record(COLUMNS)),
    }
}

/// Pointers, as they stand in a file of this form.
pub(super) fn write_pointers(
    target: &mut (dyn Write + Send),
    format: ImportFormat,
    pointers: &[Pointer],
) -> io::Result<()> {
    match format {
        ImportFormat::Jsonl => jsonl(target, pointers),
        ImportFormat::Csv => csv_lines(target, |lines| {
            pointers
                .iter()
                .try_for_each(|pointer| lines.write_record(record(pointer)))
        }),
    }
}

fn jsonl(target: &mut (dyn Write + Send), pointers: &[Pointer]) -> io::Result<()> {
    for pointer in pointers {
        serde_json::to_writer(&mut *target, pointer)?;
        target.write_all(b"\n")?;
    }
    Ok(())
}

fn csv_lines(
    target: &mut (dyn Write + Send),
    write: impl FnOnce(&mut csv::Writer<&mut (dyn Write + Send)>) -> csv::Result<()>,
) -> io::Result<()> {
    let mut lines = csv::Writer::from_writer(target);
    write(&mut lines).map_err(io::Error::from)?;
    lines.flush()
}

fn record(pointer: &Pointer) -> [String; 9] {
    [
        pointer.address.to_string(),
        pointer.data_reference.clone(),
        pointer.description.clone(),
        tags_cell::written(&pointer.tags),
        pointer
            .connection_id
            .as_ref()
            .map(ConnectionId::to_string)
            .unwrap_or_default(),
        pointer
            .credential_pointer_address
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        pointer
            .federated
            .as_ref()
            .map(|federated| serde_json::to_string(federated).expect("federated has only string keys"))
            .unwrap_or_default(),
        pointer.created_at.to_string(),
        pointer.last_modified.to_string(),
    ]
}

/// Whoever knows the file says which it is.
fn failed(error: io::Error) -> Failure {
    cannot(Path::new("the export"), "be written", &error)
}

//! Does what a person asked for, on the workspace.

use super::super::effect::{RestoreOpener, Work};
use super::super::message::{Done, Outcome};
use crate::tui::clock::count;
use crate::tui::domains;
use crate::tui::pointer::typed_path;
use crate::workspace::{
    BulkAction, BulkProgress, CallOptions, ImportProgress, InvokeOptions, Opener, SecretFile, StopSign,
    Workspace,
};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Pointers that are marked at once, at most.
const MOST_MARKED: usize = 10_000;

pub(super) async fn do_work(
    workspace: &Workspace,
    work: Work,
    stop: &StopSign,
    step: &(dyn Fn(&str) + Send + Sync),
) -> Outcome<Done> {
    let traced = InvokeOptions {
        trace: true,
        ..InvokeOptions::default()
    };
    Ok(match work {
        Work::Start(name) => Done::Instance(
            Box::new(workspace.start_instance(name.as_str()).await?),
            "started",
        ),
        Work::Stop(name) => {
            Done::Instance(Box::new(workspace.stop_instance(name.as_str()).await?), "stopped")
        }
        Work::Restart(name) => {
            workspace.stop_instance(name.as_str()).await?;
            Done::Instance(
                Box::new(workspace.start_instance(name.as_str()).await?),
                "restarted",
            )
        }
        Work::EditInstance(name, change) => Done::Instance(
            Box::new(workspace.edit_instance(name.as_str(), *change).await?),
            "changed",
        ),
        Work::Remove(name) => {
            workspace.remove_instance(name.as_str()).await?;
            Done::Removed(name)
        }
        Work::Backup { instance, path, seal } => {
            let file = typed_path(&path);
            let made = workspace.backup_instance(instance.as_str(), &file, seal).await?;
            Done::BackedUp(Box::new(made))
        }
        Work::Restore(restoring) => {
            let opener = match restoring.opener {
                RestoreOpener::Words(words) => Opener::Words(words),
                RestoreOpener::KeyFile(path) => SecretFile::read_private(&typed_path(&path))?.age_key()?,
            };
            let file = typed_path(&restoring.path);
            let restored = workspace
                .restore_instance(&restoring.name, &file, opener, restoring.replace)
                .await?;
            Done::Restored(Box::new(restored))
        }
        Work::RecoverOwner(name) => Done::OwnerRecovered(workspace.recover_owner(&name).await?),
        Work::Init(new) => {
            let name = new.name.clone();
            workspace.init_instance(*new).await?;
            Done::Instance(
                Box::new(workspace.start_instance(name.as_str()).await?),
                "made and started",
            )
        }
        Work::AddRemote(request) => Done::Instance(Box::new(workspace.add_remote(*request).await?), "added"),
        Work::Create(name, new) => {
            let pointer = workspace.create_pointer(name.as_str(), *new).await?;
            Done::Pointer(name, Box::new(pointer), "made")
        }
        Work::Update(name, address, change) => {
            let pointer = workspace.update_pointer(name.as_str(), &address, *change).await?;
            Done::Pointer(name, Box::new(pointer), "saved")
        }
        Work::Tag(name, address, change) => {
            let pointer = workspace.tag_pointer(name.as_str(), &address, &change).await?;
            Done::Pointer(name, Box::new(pointer), "tagged")
        }
        Work::KeepHeader(keep) => {
            let instance = keep.instance.as_str();
            let (pointer, word) = match keep.pointer {
                None => {
                    let kept = workspace.create_credential_pointer(instance, keep.new).await?;
                    (kept, "keeps the header")
                }
                Some(address) => {
                    let changed = workspace
                        .fetch_with_new_header(instance, keep.new, &address)
                        .await?;
                    (changed, "is fetched with the header")
                }
            };
            Done::Pointer(keep.instance, Box::new(pointer), word)
        }
        Work::Assign(name, address, connection) => {
            let pointer = workspace
                .assign_pointer(name.as_str(), &address, connection.as_ref())
                .await?;
            let word = match connection {
                Some(_) => "assigned",
                None => "taken out of its connection",
            };
            Done::Pointer(name, Box::new(pointer), word)
        }
        Work::PreviewImport(instance, path) => {
            let pace = Pace::default();
            let progress = |now: ImportProgress, length: Option<u64>| {
                if pace.is_due() {
                    step(&format!(
                        "looking at {}: {}",
                        path.display(),
                        import_words(now, length)
                    ));
                }
            };
            let file = typed_path(&path);
            let preview = workspace
                .preview_file(instance.as_str(), &file, stop, &progress)
                .await?;
            Done::Previewed(instance, path, preview)
        }
        Work::Import {
            instance,
            path,
            skip_bad,
        } => {
            let pace = Pace::default();
            let progress = |now: ImportProgress, length: Option<u64>| {
                if now.committing || pace.is_due() {
                    step(&format!(
                        "importing into {instance}: {}",
                        import_words(now, length)
                    ));
                }
            };
            let report = workspace
                .import_file(instance.as_str(), &typed_path(&path), skip_bad, stop, &progress)
                .await?;
            Done::Imported(instance, report)
        }
        Work::Export {
            instance,
            path,
            wanted,
            overwrite,
        } => {
            let pace = Pace::default();
            let progress = |written: u64| {
                if pace.is_due() {
                    step(&format!(
                        "exporting {instance}: {} pointers written",
                        count(written)
                    ));
                }
            };
            let written = workspace
                .export_file(
                    instance.as_str(),
                    &typed_path(&path),
                    &wanted,
                    overwrite,
                    &progress,
                )
                .await?;
            Done::Exported(written, path.display().to_string())
        }
        Work::Delete(name, address) => {
            workspace.delete_pointer(name.as_str(), &address).await?;
            Done::PointerDeleted(name, address)
        }
        Work::MarkAll(queries) => {
            let mut found = Vec::new();
            let mut complete = true;
            for (name, query) in queries {
                let left = MOST_MARKED.saturating_sub(found.len());
                let (targets, all) = workspace.matching(name.as_str(), &query, left).await?;
                found.extend(targets);
                complete &= all;
            }
            Done::Matching(found, complete)
        }
        Work::Bulk(action, targets) => {
            let doing = action.doing();
            let action = match action {
                BulkAction::Export { path, overwrite } => BulkAction::Export {
                    path: typed_path(&path),
                    overwrite,
                },
                other => other,
            };
            let pace = Pace::default();
            let progress = |now: BulkProgress| {
                if pace.is_due() {
                    step(&format!("{doing} {now}"));
                }
            };
            let report = workspace.bulk(action, &targets, stop, &progress).await?;
            Done::Bulk(Box::new(report))
        }
        Work::InvokePointer(name, address) => {
            let invoked = workspace.invoke_pointer(name.as_str(), &address, traced).await?;
            Done::Invoked(invoked.log_id)
        }
        Work::Call(name, address, route) => {
            let options = CallOptions {
                route,
                trace: true,
                ..CallOptions::default()
            };
            Done::Invoked(workspace.call(name.as_str(), &address, options).await?.log_id)
        }
        Work::Federate(request) => {
            let name = request.instance.clone();
            let pointer = workspace.federate(*request).await?;
            Done::Pointer(name, Box::new(pointer), "made")
        }
        Work::Revoke(name) => Done::Revoked(workspace.revoke_credential(&name).await?.name),
        Work::Rotate(name, overlap) => {
            Done::Rotated(Box::new(workspace.rotate_credential(&name, overlap).await?))
        }
        Work::EndOverlap(name) => {
            let row = workspace.end_overlap(&name).await?;
            Done::Credential(Box::new(row), "answers its new key only")
        }
        Work::Suspend(name, suspended) => {
            let row = workspace.suspend_credential(&name, suspended).await?;
            let word = if suspended {
                "is suspended"
            } else {
                "is answered again"
            };
            Done::Credential(Box::new(row), word)
        }
        Work::Check(name) => {
            let checks = workspace.check_credential(&name, &|_| {}).await?;
            Done::Checked(name, checks)
        }
        Work::Reseal(name) => {
            let resealed = workspace.reseal_circuits(&name).await?;
            Done::Resealed(name, resealed)
        }
        Work::Compare(one, other) => Done::Compared(Box::new(workspace.compare_log(one, other).await?), None),
        Work::CompareDirect(id) => {
            let compared = workspace.compare_direct(id).await?;
            Done::Compared(Box::new(compared.comparison), Some(compared.added_us))
        }
        Work::NoteLog(id, text) => {
            workspace.note_log(id, &text).await?;
            Done::Noted(id)
        }
        Work::CopyLog(id, form) => Done::LogText(workspace.log_as(id, form).await?),
        Work::ExportLog(export, path) => {
            let lines = workspace
                .export_log_to(&export, &path, &|progress| step(&progress.words()))
                .await?;
            Done::LogExported(lines, path)
        }
        Work::Replay(id) => Done::Invoked(workspace.replay_log(id).await?.log_id),
        Work::Domains(name, change) => {
            let changed = domains::change(workspace, &name, &change).await?;
            Done::Domains(name, changed)
        }
        Work::Demo => Done::Demo(Box::new(workspace.demo(step).await?)),
    })
}

/// Lets something through a few times a second.
#[derive(Default)]
struct Pace(Mutex<Option<Instant>>);

impl Pace {
    fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.elapsed() >= Duration::from_millis(200));
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

/// How far an import is.
fn import_words(now: ImportProgress, length: Option<u64>) -> String {
    if now.committing {
        return format!("taking over {} rows in one step", count(now.rows));
    }
    let share = length
        .filter(|length| *length > 0)
        .map_or_else(String::new, |length| {
            format!("{} %, ", now.bytes.min(length) * 100 / length)
        });
    let refused = match now.rejected {
        0 => String::new(),
        rejected => format!(", {} refused", count(rejected)),
    };
    format!("{share}{} rows{refused}", count(now.rows))
}

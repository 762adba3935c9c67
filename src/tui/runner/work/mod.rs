//! Does what a person asked for, on the workspace: here what each piece of work comes to; what takes more than a step
//! or two has a place beside.

mod instances;
mod pointers;
mod transfers;

use super::super::effect::{Consent, Work};
use super::super::message::{Again, Done, Present};
use super::super::outcome::Outcome;
use crate::model::{InstanceName, PointerAddress, Route};
use crate::protocol::{Code, Reply};
use crate::tui::domains;
use crate::tui::paths::typed_path;
use crate::workspace::{CallOptions, InvokeOptions, StopSign, Workspace};
use std::path::{Path, PathBuf};
use transfers::Progress;

pub(super) async fn do_work(
    workspace: &Workspace,
    work: Work,
    stop: &StopSign,
    step: &(dyn Fn(&str) + Send + Sync),
) -> Outcome<Done> {
    let progress = Progress::new(stop, step);
    Ok(match work {
        Work::Start(name) => instances::start(workspace, &name, "started").await?,
        Work::Stop(name) => {
            Done::Instance(Box::new(workspace.stop_instance(name.as_str()).await?), "stopped")
        }
        Work::Restart(name) => {
            workspace.stop_instance(name.as_str()).await?;
            instances::start(workspace, &name, "restarted").await?
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
            let made = workspace
                .backup_instance(instance.as_str(), &in_full(&path), seal, stop)
                .await?;
            Done::BackedUp(Box::new(made))
        }
        Work::Restore(restoring) => instances::restore(workspace, *restoring).await?,
        Work::RecoverOwner(name) => Done::OwnerRecovered(workspace.recover_owner(&name).await?),
        Work::TakeOver(names) => Done::TakenOver(Box::new(workspace.adopt(&names).await?)),
        Work::UseSpareKey(name) => {
            workspace.use_spare_key(name.as_str()).await?;
            Done::SpareKeyUsed(name)
        }
        Work::ClearAudit(name) => {
            let ended = workspace.clear_audit(name.as_str()).await?;
            Done::AuditCleared(name, ended)
        }
        Work::Init(new) => {
            let name = new.name.clone();
            workspace.init_instance(*new).await?;
            instances::start(workspace, &name, "made and started").await?
        }
        Work::AddRemote(request) => Done::Instance(Box::new(workspace.add_remote(*request).await?), "added"),
        Work::Create(name, new) => {
            let pointer = workspace.create_pointer(name.as_str(), *new).await?;
            Done::Pointer(name, Box::new(pointer), "made")
        }
        Work::Update(name, address, change) => pointers::update(workspace, name, &address, *change).await?,
        Work::Tag(name, address, change) => {
            let pointer = workspace.tag_pointer(name.as_str(), &address, &change).await?;
            Done::Pointer(name, Box::new(pointer), "tagged")
        }
        Work::KeepHeader(keep) => pointers::keep_header(workspace, *keep).await?,
        Work::Assign(name, address, connection) => {
            pointers::assign(workspace, name, &address, connection.as_ref()).await?
        }
        Work::PreviewImport(instance, path) => progress.preview(workspace, instance, path).await?,
        Work::Import {
            instance,
            path,
            skip_bad,
            agreed,
        } => {
            let import = progress.import(workspace, instance, &path, skip_bad, agreed);
            import.await?
        }
        Work::Export {
            instance,
            path,
            wanted,
            overwrite,
        } => {
            let export = progress.export(workspace, &instance, &path, &wanted, overwrite);
            export.await?
        }
        Work::Delete(name, address) => {
            workspace.delete_pointer(name.as_str(), &address).await?;
            Done::PointerDeleted(name, address)
        }
        Work::MarkAll(queries) => pointers::matching(workspace, queries).await?,
        Work::Bulk(action, targets) => progress.bulk(workspace, action, &targets).await?,
        Work::InvokeMany(targets) => progress.invoke_many(workspace, targets).await?,
        Work::InvokePointer(name, address, Consent::Unasked) => {
            match workspace.destruction_by_pointer(&name, &address).await? {
                Some(hit) => Done::Asks(Box::new(hit), Again::Invoke(name, address)),
                None => invoke(workspace, &name, &address).await?,
            }
        }
        Work::InvokePointer(name, address, Consent::Given) => invoke(workspace, &name, &address).await?,
        Work::Call(name, address, route, Consent::Unasked) => {
            match workspace.destruction_by_pointer(&name, &address).await? {
                Some(hit) => Done::Asks(Box::new(hit), Again::Call(name, address, route)),
                None => call(workspace, &name, &address, route).await?,
            }
        }
        Work::Call(name, address, route, Consent::Given) => call(workspace, &name, &address, route).await?,
        Work::Federate(request) => {
            let name = request.instance.clone();
            let pointer = workspace.federate(*request).await?;
            Done::Pointer(name, Box::new(pointer), "made")
        }
        Work::Revoke(name) => Done::Revoked(Box::new(workspace.revoke_credential(&name).await?)),
        Work::Rotate(name, overlap) => {
            Done::Rotated(Box::new(workspace.rotate_credential(&name, overlap).await?))
        }
        Work::EndOverlap(name) => {
            let row = workspace.end_overlap(&name).await?;
            Done::Credential(Box::new(row), "answers its new key only")
        }
        Work::ChangeCredential(name, change) => match workspace.change_credential(&name, &change).await {
            Err(failure) if failure.code == Code::ChangedMeanwhile => {
                let now = workspace.credential(&name).await?;
                Done::Meanwhile(failure, Present::Credential(Box::new(now)))
            }
            changed => {
                let changed = changed?;
                let word = match changed.changes.is_empty() {
                    true => "is as it was",
                    false => "is changed",
                };
                Done::Credential(Box::new(changed.row), word)
            }
        },
        Work::Suspend(name, suspended) => {
            let row = workspace.suspend_credential(&name, suspended).await?;
            let word = match suspended {
                true => "is suspended",
                false => "is answered again",
            };
            Done::Credential(Box::new(row), word)
        }
        Work::ExportCredential(name) => {
            let form = workspace.export_credential(&name).await?;
            Done::CredentialExported(name, form)
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
        Work::CompareDirect(id, Consent::Unasked) => match workspace.destruction_by_line(id).await? {
            Some(hit) => Done::Asks(Box::new(hit), Again::Compare(id)),
            None => compare_direct(workspace, id).await?,
        },
        Work::CompareDirect(id, Consent::Given) => compare_direct(workspace, id).await?,
        Work::NoteLog(id, text) => {
            workspace.note_log(id, &text).await?;
            Done::Noted(id)
        }
        Work::CopyLog(id, form) => Done::LogText(workspace.log_as(id, form).await?),
        Work::ExportLog(export, path) => progress.export_log(workspace, &export, path).await?,
        Work::Replay(id, Consent::Unasked) => match workspace.destruction_by_line(id).await? {
            Some(hit) => Done::Asks(Box::new(hit), Again::Send(id)),
            None => replay(workspace, id).await?,
        },
        Work::Replay(id, Consent::Given) => replay(workspace, id).await?,
        Work::Domains(name, change) => match domains::change(workspace, &name, &change).await {
            Err(failure) if failure.code == Code::ChangedMeanwhile => {
                let now = domains::present(workspace, &name, &change).await?;
                Done::Meanwhile(failure.clone(), now.ok_or(failure)?)
            }
            changed => Done::Domains(name, changed?),
        },
        Work::ChangeLock { now, lock } => {
            let words = lock.words();
            workspace.change_lock_as(now, lock).await?;
            Done::LockChanged(words, workspace.keeps_old_lock())
        }
        Work::ExportVault { path, with_log } => {
            let file = in_full(&path);
            let words = workspace.export_vault(&file, with_log, stop).await?;
            Done::VaultExported(file, words)
        }
        Work::Demo => Done::Demo(Box::new(workspace.demo(step).await?)),
    })
}

async fn invoke(workspace: &Workspace, name: &InstanceName, address: &PointerAddress) -> Outcome<Done> {
    let traced = InvokeOptions {
        trace: true,
        ..InvokeOptions::default()
    };
    let invoked = workspace.invoke_pointer(name.as_str(), address, traced).await?;
    Ok(invoked_as(invoked.log_id, &invoked.reply))
}

async fn call(
    workspace: &Workspace,
    name: &InstanceName,
    address: &PointerAddress,
    route: Option<Route>,
) -> Outcome<Done> {
    let options = CallOptions {
        route,
        trace: true,
        ..CallOptions::default()
    };
    let called = workspace.call(name.as_str(), address, options).await?;
    Ok(invoked_as(called.log_id, &called.reply))
}

async fn replay(workspace: &Workspace, id: u64) -> Outcome<Done> {
    let replayed = workspace.replay_log(id).await?;
    Ok(invoked_as(replayed.log_id, &replayed.reply))
}

/// A reply has a page of its own in the log. One that could not be logged is shown all the same.
fn invoked_as(log_id: Outcome<u64>, reply: &Reply) -> Done {
    match log_id {
        Ok(id) => Done::Invoked(id),
        Err(failure) => Done::Unlogged(Box::new(reply.to_value()), failure),
    }
}

async fn compare_direct(workspace: &Workspace, id: u64) -> Outcome<Done> {
    let compared = workspace.compare_direct(id).await?;
    Ok(Done::Compared(
        Box::new(compared.comparison),
        Some(compared.added_us),
    ))
}

/// Where what was typed leads from the root: it is looked for when this console is long gone.
fn in_full(path: &Path) -> PathBuf {
    let typed = typed_path(path);
    std::path::absolute(&typed).unwrap_or(typed)
}

//! Does what a person asked for, on the workspace.

use super::super::effect::Work;
use super::super::message::{Done, Outcome};
use crate::workspace::{CallOptions, InvokeOptions, Workspace};

pub(super) async fn do_work(
    workspace: &Workspace,
    work: Work,
    step: impl Fn(&str) + Send + Sync,
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
        Work::Remove(name) => {
            workspace.remove_instance(name.as_str()).await?;
            Done::Removed(name)
        }
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
        Work::Delete(name, address) => {
            workspace.delete_pointer(name.as_str(), &address).await?;
            Done::PointerDeleted(name, address)
        }
        Work::Invoke(name, query) => {
            Done::Invoked(workspace.invoke(name.as_str(), &query, traced).await?.log_id)
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
        Work::Demo => Done::Demo(Box::new(workspace.demo(&step).await?)),
    })
}

//! What is fetched from the workspace to be shown, and the message that brings it.

use super::remember::PREFIX;
use super::watch::without_ourselves;
use crate::tui::effect::Effect;
use crate::tui::message::Message;
use crate::tui::patience::patient;
use crate::tui::{audit, domains, pointer};
use crate::workspace::Workspace;

/// Fetches what `effect` names.
pub(super) async fn fetch(workspace: &Workspace, effect: Effect) -> Message {
    match effect {
        Effect::LoadPreferences => {
            let found = patient(workspace.preferences(PREFIX)).await;
            let without_prefix = |(name, value): (String, _)| (name[PREFIX.len()..].to_owned(), value);
            Message::Preferences(found.map(|found| found.into_iter().map(without_prefix).collect()))
        }
        Effect::LoadFilters => Message::Filters(patient(workspace.kept_filters()).await),
        Effect::KeepFilter(rows, name, filter) => {
            let done = match &filter {
                Some(filter) => patient(workspace.keep_filter(rows, &name, filter)).await,
                None => patient(workspace.forget_filter(rows, &name)).await.map(|_| ()),
            };
            Message::Filters(match done {
                Ok(()) => patient(workspace.kept_filters()).await,
                Err(failure) => Err(failure),
            })
        }
        Effect::LoadDrafts => Message::Drafts(patient(workspace.drafts()).await),
        Effect::LoadIdleLock => Message::IdleLock(patient(workspace.idle_lock()).await),
        Effect::FindUnknown => Message::Unknown(patient(workspace.unknown_instances()).await),
        Effect::LoadInstances => {
            let rows = patient(workspace.instances()).await;
            Message::Instances(rows.map(|rows| rows.into_iter().map(without_ourselves).collect()))
        }
        Effect::LoadMap(number) => Message::Map(number, patient(workspace.federation_map()).await),
        Effect::LoadInstance(name) => {
            let detail = patient(workspace.instance_detail(name.as_str())).await;
            Message::Detail(name, detail.map(Box::new))
        }
        Effect::LoadPointers {
            instance,
            generation,
            page,
            query,
        } => {
            let outcome = patient(workspace.list_pointers(instance.as_str(), &query)).await;
            Message::Pointers {
                instance,
                generation,
                page,
                outcome,
            }
        }
        Effect::LoadPointer(instance, address) => {
            let detail = patient(workspace.pointer(instance.as_str(), &address)).await;
            Message::Pointer(instance, address, detail.map(Box::new))
        }
        Effect::Pointer(errand) => Message::PointerNews(pointer::run(workspace, errand).await),
        Effect::Audit(errand) => Message::Audit(audit::run(workspace, errand).await),
        Effect::Domains(errand) => Message::Domains(domains::run(workspace, errand).await),
        Effect::LoadCredentials => Message::Credentials(patient(workspace.credentials()).await),
        Effect::Onward => Message::WentOn(patient(workspace.go_on_with_handshakes()).await),
        Effect::LoadDependents(name) => {
            let found = patient(workspace.dependents(&name)).await;
            Message::Dependents(name, found)
        }
        Effect::LoadLog { generation, ask } => Message::Log {
            generation,
            outcome: patient(workspace.log_window(&ask)).await,
        },
        Effect::PrepareLogFilter => {
            // What fails here is told when the filter is asked for.
            let _ = patient(workspace.prepare_log_filter()).await;
            Message::Tick
        }
        Effect::MarkLog(ids, marked) => Message::LogMarked(patient(workspace.mark_log(ids, marked)).await),
        Effect::LoadEntry(id) => Message::Entry(id, patient(workspace.log_detail(id)).await.map(Box::new)),
        _ => Message::Tick,
    }
}

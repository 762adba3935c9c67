//! What each command does: the table that performs one by its id.
//!
//! Files beside this one do single commands and know nothing of the table.

mod comparing;
mod console;
mod copying;
mod credentials;
mod filtering;
mod here;
mod instances;
mod invokes;
mod log;
mod marking;
mod moving;
mod pointers;
mod refusing;
mod shell;
mod sorting;

use super::asks::{
    ask_clear_audit, ask_export_credential, ask_remove, ask_restart, ask_revoke, ask_stop, ask_suspend,
    ask_use_spare_key, quit,
};
use super::begin::{begin, begin_demo};
use super::borders;
use super::concerned::on_instance;
use super::kept_filters::{forget_filter, save_filter, saved_filters};
use super::on_top::{push, push_form};
use super::panes::show_pane;
use super::refresh::refresh;
use super::whose_mouse::turn_mouse;
use crate::command::Id;
use crate::model::{Route, Side};
use crate::tui::effect::{Effect, Work};
use crate::tui::invoke;
use crate::tui::layers::{CommandLine, Form, Help, Layer, Reports, Tab};
use crate::tui::state::{Pane, State};
use crate::tui::tail;
use crate::tui::wizard;
use crate::tui::{audit, doctor, domains, map, pointer};
use comparing::{compare, compare_direct, open_side};
use console::{cancel, theme};
use credentials::{change_credential, choose_overlap, on_credential};
use filtering::{clear_filter, filter};
use invokes::{compose, edit_again, on_tab, repeat};
use log::{copy_as, export, follow, mark, note};
use marking::{delete, invoke, mark_all, mark_pointer, mark_range, unmark};
pub use moving::scroll;
use moving::{back, beside, open, page, step, turn_instance, turn_pane};
use pointers::{choose_route, columns, federate, follow_link, merge};

/// Does what a command does.
pub fn perform(state: &mut State, id: Id, argument: Option<&str>) -> Vec<Effect> {
    match id {
        Id::Open => open(state),
        Id::Back => back(state),
        Id::Down => step(state, 1),
        Id::Up => step(state, -1),
        Id::PageDown => step(state, page(state)),
        Id::PageUp => step(state, -page(state)),
        Id::HalfPageDown => step(state, (page(state) / 2).max(1)),
        Id::HalfPageUp => step(state, -(page(state) / 2).max(1)),
        Id::Top => step(state, i64::MIN),
        Id::Bottom => step(state, i64::MAX),
        Id::NextPane => turn_pane(state, 1),
        Id::PreviousPane => turn_pane(state, 3),
        Id::PaneLeft | Id::PaneRight => beside(state),
        Id::ShowInstances => show_pane(state, Pane::Instances, argument),
        Id::ShowPointers => show_pane(state, Pane::Pointers, argument),
        Id::ShowCredentials => show_pane(state, Pane::Credentials, None),
        Id::ShowLog => show_pane(state, Pane::Log, argument),
        Id::ChangeLock => console::change_lock(state),
        Id::ExportVault => {
            let form = Form::export_vault(&state.clock.file_stamp());
            pointer::open_form(state, form)
        }
        Id::Lock => super::lock::lock(state, None),
        Id::Zoom => {
            state.zoom = !state.zoom;
            vec![Effect::Remember("zoom", state.zoom.to_string())]
        }
        Id::Wider => borders::widen(state, 1),
        Id::Narrower => borders::widen(state, -1),
        Id::Taller => borders::heighten(state, 1),
        Id::Lower => borders::heighten(state, -1),
        Id::ResetPanes => borders::reset(state),
        Id::NextInstance => turn_instance(state, 1),
        Id::PreviousInstance => turn_instance(state, -1),
        Id::Filter => filter(state, argument),
        Id::ClearFilter => clear_filter(state),
        Id::SaveFilter => save_filter(state, argument),
        Id::SavedFilters => saved_filters(state),
        Id::ForgetFilter => forget_filter(state, argument),
        Id::FederatedOnly => {
            let wanted = !state.pointers.federated_only;
            state.pointers.set_federated_only(wanted);
            Vec::new()
        }
        Id::StartInstance => on_instance(state, argument, |state, name| {
            vec![begin(state, Work::Start(name))]
        }),
        Id::StopInstance => on_instance(state, argument, ask_stop),
        Id::RestartInstance => on_instance(state, argument, ask_restart),
        Id::EditInstance => instances::edit(state, argument),
        Id::ReadOnly => instances::read_only(state, argument),
        Id::Colour => instances::colour(state, argument),
        Id::FoldGroup => instances::fold(state),
        Id::InstanceLog => on_instance(state, argument, tail::open),
        Id::TailFollow => tail::follow(state),
        Id::TailWeight => tail::lighter(state),
        Id::TailFilter => tail::type_filter(state),
        Id::Map => map::open(state),
        Id::MapOpen => map::open_selected(state),
        Id::MapPointers => map::pointers(state),
        Id::MapNear => map::near(state),
        Id::MapFilter => map::type_filter(state),
        Id::MapNext => map::turn(state, true),
        Id::MapPrevious => map::turn(state, false),
        Id::MapLeft => map::go(state, map::Direction::Left),
        Id::Domains => on_instance(state, argument, domains::open),
        Id::DomainOpen => domains::fold_or_go(state),
        Id::DomainPointers => domains::pointers(state, argument),
        Id::NewDomain => domains::new_domain(state),
        Id::NewConnection => domains::add_connection(state),
        Id::EditDomain => domains::edit(state),
        Id::DeleteDomain => domains::delete(state),
        Id::EnableConnection => domains::open_it(state),
        Id::DisableConnection => domains::close(state),
        Id::NewAccessKey => domains::new_key(state),
        Id::FederateDomains => domains::federate(state),
        Id::AcceptFederation => domains::accept(state),
        Id::Audit => on_instance(state, argument, audit::open),
        Id::AuditFilter => audit::filter(state, argument),
        Id::AuditOnly => audit::only(state),
        Id::AuditVerify => audit::verify(state),
        Id::AuditClear => on_instance(state, argument, ask_clear_audit),
        Id::Doctor => doctor::open(state),
        Id::DoctorAgain => doctor::again(state),
        Id::DoctorAll => doctor::show_all(state),
        Id::MapRight => map::go(state, map::Direction::Right),
        Id::InitInstance => push_form(state, Form::init),
        Id::AddRemote => push_form(state, |_| Form::add_remote()),
        Id::RemoveInstance => on_instance(state, argument, ask_remove),
        Id::BackupInstance => on_instance(state, argument, instances::backup),
        Id::RestoreInstance => instances::restore(state),
        Id::RecoverOwner => instances::recover_owner(state, argument),
        Id::TakeOver => super::unknown::take_over(state, argument),
        Id::UseSpareKey => on_instance(state, argument, ask_use_spare_key),
        Id::NewPointer => on_instance(state, None, |state, name| pointer::new(state, &name)),
        Id::EditPointer => pointer::edit(state),
        Id::DeletePointer => delete(state),
        Id::DuplicatePointer => pointer::duplicate(state),
        Id::TagPointer => marking::tag(state),
        Id::AssignPointer => marking::assign(state),
        Id::FetchWith => pointer::fetch_with(state),
        Id::KeepHeader => pointer::keep_header(state, argument),
        Id::ImportPointers => on_instance(state, None, |state, name| pointer::import(state, &name, argument)),
        Id::ExportPointers => marking::export(state, argument),
        Id::MarkPointer => mark_pointer(state),
        Id::MarkRange => mark_range(state),
        Id::MarkAll => mark_all(state),
        Id::MergeInstances => merge(state),
        Id::SortColumns => columns(state, argument),
        Id::Sort => sorting::sort(state, argument),
        Id::Unmark => unmark(state),
        Id::InvokePointer => invoke(state),
        Id::CallPointer => pointers::call(state, argument.and_then(Route::parse)),
        Id::CallByRoute => choose_route(state),
        Id::Federate => federate(state),
        Id::LiveTest => invokes::live_test(state),
        Id::LoadRuns => crate::tui::livetest::open_kept(state),
        Id::Compose => compose(state, argument),
        Id::Template => invokes::template(state, argument),
        Id::Repeat => repeat(state),
        Id::EditAgain => edit_again(state),
        Id::FollowLog => follow(state),
        Id::MarkLine => mark(state),
        Id::NoteLine => note(state, argument),
        Id::CopyLine => copy_as(state, argument),
        Id::CopyPointer => copying::copy_pointer(state, argument),
        Id::CopyInstance => copying::copy_instance(state, argument),
        Id::CopyCredential => copying::copy_credential(state, argument),
        Id::CopyDomain => copying::copy_domain(state, argument),
        Id::CopyRecord => copying::copy_record(state, argument),
        Id::CopyParty => copying::copy_party(state, argument),
        Id::CopyDifference => copying::copy_difference(state, argument),
        Id::ExportLog => export(state, argument),
        Id::NextTab => on_tab(state, |page| page.turn(true)),
        Id::PreviousTab => on_tab(state, |page| page.turn(false)),
        Id::TabQuery => on_tab(state, |page| page.show(Tab::Query)),
        Id::TabReply => on_tab(state, |page| page.show(Tab::Reply)),
        Id::TabWire => on_tab(state, |page| page.show(Tab::Wire)),
        Id::TabTrace => on_tab(state, |page| page.show(Tab::Trace)),
        Id::ToggleFold
        | Id::FoldIn
        | Id::FoldOut
        | Id::UnfoldAll
        | Id::FoldAll
        | Id::FoldDepth
        | Id::FindInReply
        | Id::NextMatch
        | Id::PreviousMatch
        | Id::Jq
        | Id::Raw
        | Id::TableOfReply
        | Id::SortTable
        | Id::CopyPath
        | Id::CopyValue
        | Id::Pager => invoke::act(state, id, argument),
        Id::CompareInvokes => compare(state, argument),
        Id::CompareDirect => compare_direct(state),
        Id::OpenSide => open_side(state, argument),
        Id::FollowLink => follow_link(state),
        Id::GoThere => pointer::go(state),
        Id::WalkBack => {
            pointer::walk_back(state);
            Vec::new()
        }
        Id::Handshake => wizard::open(state, None),
        Id::Offer => wizard::open(state, Some(Side::Issued)),
        Id::Accept => wizard::open(state, Some(Side::Held)),
        Id::RevokeCredential => ask_revoke(state),
        Id::ChangeCredential => change_credential(state),
        Id::RotateCredential => choose_overlap(state),
        Id::SuspendCredential => ask_suspend(state),
        Id::ResumeCredential => on_credential(state, |name| Work::Suspend(name, false)),
        Id::ExportCredential => ask_export_credential(state),
        Id::CheckCredential => on_credential(state, Work::Check),
        Id::ResealCircuits => on_credential(state, Work::Reseal),
        Id::Demo => vec![begin_demo(state)],
        Id::Refresh => refresh(state),
        Id::Cancel => cancel(state),
        Id::Messages => push(state, Layer::Reports(Reports::default())),
        Id::Help => push(state, Layer::Help(Help::default())),
        Id::Menu => here::menu(state),
        Id::CommandLine => push(state, Layer::Command(CommandLine::default())),
        Id::Run => shell::run(state, argument),
        Id::RunQuietly => shell::run_quietly(state, argument),
        Id::Theme => theme(state, argument),
        Id::Mouse => turn_mouse(state),
        Id::Redraw => vec![Effect::Redraw],
        Id::Suspend => vec![Effect::Suspend],
        Id::Quit => quit(state),
    }
}

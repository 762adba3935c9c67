//! What the live test wants of the workspace, and what comes back.

use crate::client::load::Figures;
use crate::model::{InstanceName, PointerAddress};
use crate::protocol::Query;
use crate::tui::outcome::Outcome;
use crate::workspace::{
    LoadControl, LoadReport, LoadRequest, LoadTarget, LogKind, Prospects, SavedLoad, Workspace,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often figures are looked at while a load runs.
const PACE: Duration = Duration::from_millis(200);

/// What is to be loaded.
#[derive(Clone)]
pub enum Source {
    /// A pointer.
    Pointer(InstanceName, PointerAddress),
    /// What this line of the invoke log asked.
    Line(u64),
    /// What a kept run called.
    Kept(InstanceName, LoadTarget),
}

/// Something to be done for the live test.
pub enum Errand {
    /// Look at what is to be loaded.
    Prepare(Source),
    /// Load.
    Start(Box<LoadRequest>),
    /// Begin nothing more for a while.
    Pause,
    /// Go on.
    Resume,
    /// End it.
    Stop,
    /// Keep the figures.
    Save(Box<SavedLoad>),
    /// The runs that were kept.
    List,
}

/// What came of an errand.
pub enum Heard {
    /// What is to be loaded.
    Prepared(Box<(LoadTarget, Prospects)>),
    /// The figures so far.
    Figures(Vec<(String, Figures)>),
    /// It is over.
    Ended(Box<LoadReport>),
    /// It was told.
    Told,
    /// The figures are kept under this name.
    Saved(String),
    /// The runs that were kept.
    Listed(Vec<SavedLoad>),
}

/// News for the live test: the errand's number, and what came of it.
pub struct News(pub u64, pub Outcome<Heard>);

/// The load that is under way, if there is one.
#[derive(Clone, Default)]
pub struct Controls(Arc<Mutex<Option<LoadControl>>>);

impl Controls {
    fn set(&self, control: Option<LoadControl>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = control;
    }

    fn tell(&self, wish: impl FnOnce(&LoadControl)) -> Heard {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(wish);
        Heard::Told
    }
}

/// Does an errand. `tell` hears of a load while it runs.
pub async fn run(
    workspace: &Workspace,
    errand: Errand,
    controls: &Controls,
    tell: &(dyn Fn(Heard) + Sync),
) -> Outcome<Heard> {
    Ok(match errand {
        Errand::Prepare(source) => prepare(workspace, source).await?,
        Errand::Start(request) => {
            let run = workspace.start_load(*request).await?;
            controls.set(Some(run.control.clone()));
            let mut lanes: Vec<_> = run
                .lanes
                .iter()
                .map(|lane| (lane.label.clone(), lane.figures.clone()))
                .collect();
            let ending = workspace.finish_load(run);
            tokio::pin!(ending);
            let mut looks = tokio::time::interval(PACE);
            let report = loop {
                tokio::select! {
                    report = &mut ending => break report,
                    _ = looks.tick() => {
                        if lanes.iter().any(|(_, figures)| figures.has_changed().unwrap_or(false)) {
                            let seen = lanes.iter_mut();
                            tell(Heard::Figures(seen.map(|(label, figures)| {
                                (label.clone(), figures.borrow_and_update().clone())
                            }).collect()));
                        }
                    }
                }
            };
            controls.set(None);
            Heard::Ended(Box::new(report?))
        }
        Errand::Pause => controls.tell(LoadControl::pause),
        Errand::Resume => controls.tell(LoadControl::resume),
        Errand::Stop => controls.tell(LoadControl::stop),
        Errand::Save(saved) => {
            let name = saved.name.clone();
            workspace.save_load(*saved).await?;
            Heard::Saved(name)
        }
        Errand::List => Heard::Listed(workspace.saved_loads().await?),
    })
}

async fn prepare(workspace: &Workspace, source: Source) -> Outcome<Heard> {
    let (instance, target) = match source {
        Source::Pointer(instance, address) => (instance.to_string(), LoadTarget::Pointer(address)),
        Source::Kept(instance, target) => (instance.to_string(), target),
        Source::Line(id) => {
            let entry = workspace.log_entry(id).await?;
            let through = entry.row.kind == LogKind::Load || entry.row.route.is_some();
            let target = match entry.row.pointer {
                Some(address) if through => LoadTarget::Pointer(address),
                _ => {
                    LoadTarget::Query(Query::from_value(entry.query).map_err(crate::protocol::Problem::from)?)
                }
            };
            (entry.row.instance, target)
        }
    };
    let prospects = workspace.load_prospects(&instance, &target).await?;
    Ok(Heard::Prepared(Box::new((target, prospects))))
}

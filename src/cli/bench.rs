//! `butterfly bench`: the same load as the console's live test.

mod show;

use super::arguments::{self, RouteArg};
use super::ask;
use super::outcome::{Outcome, Stop, after, usage};
use super::read_only::permit_query;
use super::session::Session;
use super::signal::EndSignal;
use crate::client::load::{Arrivals, Figures, Pace, Plan};
use crate::model::{InstanceName, PointerAddress};
use crate::protocol::{Code, Query};
use crate::workspace::{LoadReport, LoadRequest, LoadRun, LoadTarget, SavedLoad, Workspace};
use clap::Subcommand;
use serde_json::json;
use std::time::Duration;

/// Calls a second unless told otherwise.
const RATE: f64 = 50.0;
/// Calls under way at once under an open load, unless told otherwise.
const IN_FLIGHT: u64 = 256;

/// Load an instance or a federated pointer, and see latencies that tell the truth.
///
/// With --rate, calls come on a schedule and each latency counts from the moment at which its call was due: a server
/// that stalls cannot hide whom it kept waiting. With --concurrency, so many callers each wait for their answer.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Bench {
    #[command(subcommand)]
    kept: Option<Kept>,
    /// The instance.
    #[arg(required = true)]
    instance: Option<String>,
    /// The query as JSON; - for stdin, @FILE for a file.
    #[arg(required_unless_present = "pointer", conflicts_with = "pointer")]
    query: Option<String>,
    /// Load what this pointer stands for instead.
    #[arg(long, value_name = "POINTER")]
    pointer: Option<PointerAddress>,
    /// By this route; repeatable, all at the same time, side by side.
    #[arg(long, requires = "pointer")]
    route: Vec<RouteArg>,
    /// Calls a second by each route; 50 unless told.
    #[arg(long, value_name = "N", conflicts_with = "concurrency", value_parser = rate)]
    rate: Option<f64>,
    /// So many callers instead, each waiting for its answer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_024))]
    concurrency: Option<u64>,
    /// Spread the calls of --rate as callers come who know nothing of each other.
    #[arg(long, conflicts_with = "concurrency")]
    poisson: bool,
    /// Calls that may be under way at once with --rate.
    #[arg(long, value_name = "N", default_value_t = IN_FLIGHT, value_parser = clap::value_parser!(u64).range(1..=4_096))]
    in_flight: u64,
    /// For how long, such as 10s, 500ms or 2m; 10s unless --count is given.
    #[arg(long, value_name = "TIME", value_parser = arguments::time)]
    duration: Option<Duration>,
    /// Until so many calls were made.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Calls of this first while are made but not counted.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = arguments::time)]
    warm_up: Duration,
    /// Every so many calls one asks all hops for their phases; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 20)]
    trace_every: u64,
    /// Keep the figures in this home under this name.
    #[arg(long, value_name = "NAME")]
    save: Option<String>,
    /// Compare with the run that was kept under this name.
    #[arg(long, value_name = "NAME")]
    compare: Option<String>,
    /// Load what deserves a question without asking; where nobody can be asked, it is not loaded without this.
    #[arg(long)]
    yes: bool,
}

/// Runs that were kept.
#[derive(Debug, Subcommand)]
enum Kept {
    /// List the runs that were kept, newest first.
    List,
    /// Show a run that was kept.
    Show {
        /// Its name.
        name: String,
    },
    /// Forget a run that was kept.
    Delete {
        /// Its name.
        name: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

impl Bench {
    pub async fn run(self, session: &Session) -> Outcome {
        match self.kept {
            Some(kept) => kept.run(session).await,
            None => self.load(session).await,
        }
    }

    async fn load(self, session: &Session) -> Outcome {
        if self.save.is_some() {
            session.permit("keeping the figures of a run")?;
        }
        let request = self.request()?;
        if let LoadTarget::Query(query) = &request.target {
            permit_query(session, query)?;
        }
        let workspace = session.open_for(request.instance.as_str()).await?;
        // What is to be compared with has to be there before anything is loaded.
        let before = match &self.compare {
            Some(name) => Some(workspace.saved_load(name).await?),
            None => None,
        };
        let prospects = workspace
            .load_prospects(request.instance.as_str(), &request.target)
            .await?;
        permit_query(session, &Query::new(&prospects.action, json!({})))?;
        if !prospects.cautions.is_empty() {
            let what = format!(
                "This loads {} with {}: {}.",
                prospects.label,
                show::pace(&request.plan.pace),
                prospects.cautions.join("; ")
            );
            ask::insist(&what, self.yes)?;
        }
        let mut signals = EndSignal::listen()?;
        let run = workspace.start_load(request.clone()).await?;
        let report = watch(session, workspace, run, &request.plan, &mut signals).await?;
        let kept = match &self.save {
            // There is nothing that a later run could be compared with.
            Some(_) if is_nothing(&report) => Ok(()),
            Some(name) => {
                let saved = SavedLoad::of(name, &request, &report);
                workspace.save_load(saved).await
            }
            None => Ok(()),
        };
        let value = show::value(&report, before.as_ref());
        let shown = session.show(&value, || show::text(&report, before.as_ref()));
        kept?;
        if is_nothing(&report) {
            session.note(&format!(
                "nothing was measured: no call that was due after the warm-up ended{}\nremedy: load less (--rate), or for longer \
                 (--duration)",
                if self.save.is_some() { ", and nothing is kept" } else { "" }
            ));
        }
        after(shown, ended(&report))
    }

    fn request(&self) -> Outcome<LoadRequest> {
        let named = self.instance.as_deref().unwrap_or_default();
        let instance = InstanceName::parse(named)
            .map_err(|error| usage(error.to_string(), "see `butterfly instance list`"))?;
        let target = match (&self.pointer, &self.query) {
            (Some(pointer), _) => LoadTarget::Pointer(pointer.clone()),
            (None, query) => LoadTarget::Query(arguments::query(query.as_deref().unwrap_or_default())?),
        };
        let pace = match self.concurrency {
            Some(callers) => Pace::Closed {
                callers: usize::try_from(callers).unwrap_or(1),
            },
            None => Pace::Open {
                rate: self.rate.unwrap_or(RATE),
                arrivals: if self.poisson {
                    Arrivals::Poisson { seed: 1 }
                } else {
                    Arrivals::Constant
                },
            },
        };
        let usual = self.count.is_none().then_some(Duration::from_secs(10));
        Ok(LoadRequest {
            instance,
            target,
            routes: self.route.iter().copied().map(Into::into).collect(),
            plan: Plan {
                pace,
                warm_up: self.warm_up,
                duration: self.duration.or(usual),
                count: self.count,
                in_flight: usize::try_from(self.in_flight).unwrap_or(1),
                trace_every: self.trace_every,
            },
        })
    }
}

/// Waits for the end, telling people how far it is; a first Ctrl-C ends it with the figures so far.
async fn watch(
    session: &Session,
    workspace: &Workspace,
    run: LoadRun,
    plan: &Plan,
    signals: &mut EndSignal,
) -> Outcome<LoadReport> {
    let control = run.control.clone();
    let bar = show::Progress::new(session.is_json(), plan);
    let mut lanes: Vec<_> = run.lanes.iter().map(|lane| lane.figures.clone()).collect();
    let ending = workspace.finish_load(run);
    tokio::pin!(ending);
    let mut listening = true;
    let mut looks = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            report = &mut ending => {
                bar.clear();
                return Ok(report?);
            }
            () = signals.wait(), if listening => {
                listening = false;
                control.stop();
            }
            _ = looks.tick() => {
                let figures: Vec<Figures> = lanes.iter_mut().map(|lane| lane.borrow_and_update().clone()).collect();
                bar.tell(&figures);
            }
        }
    }
}

/// Whether no call was counted.
fn is_nothing(report: &LoadReport) -> bool {
    report.lanes.iter().all(|(_, figures)| figures.requests == 0)
}

/// A load of which nothing came back well has failed, with the class of what it met.
fn ended(report: &LoadReport) -> Outcome {
    let figures = || report.lanes.iter().map(|(_, figures)| figures);
    let requests: u64 = figures().map(|figures| figures.requests).sum();
    let failed: u64 = figures().map(Figures::failed).sum();
    if is_nothing(report) {
        return Err(Stop::Told(crate::protocol::ExitClass::Failed));
    }
    if failed < requests {
        return Ok(());
    }
    let mut codes: Vec<(&String, &u64)> = figures().flat_map(|figures| &figures.errors).collect();
    codes.sort_by_key(|(_, count)| **count);
    let class = codes
        .last()
        .and_then(|(code, _)| Code::parse(code))
        .map_or(crate::protocol::ExitClass::Failed, Code::exit_class);
    Err(Stop::Told(class))
}

impl Kept {
    async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List => {
                let saved = session.open().await?.saved_loads().await?;
                let rows: Vec<_> = saved.iter().map(show::row).collect();
                session.show(&rows, || match saved.is_empty() {
                    true => session.here("No run is kept; keep one with `butterfly bench … --save NAME`."),
                    false => show::list(&saved),
                })
            }
            Self::Show { name } => {
                let saved = session.open().await?.saved_load(&name).await?;
                let report = LoadReport {
                    lanes: saved.lanes.clone(),
                    samples: Vec::new(),
                    log_id: None,
                };
                let mut value = show::value(&report, None);
                value["name"] = json!(saved.name);
                value["at"] = json!(saved.at);
                value["instance"] = json!(saved.instance);
                value["target"] = saved.target.clone();
                session.show(&value, || {
                    format!("{}\n{}", show::heading(&saved), show::text(&report, None))
                })
            }
            Self::Delete { name, yes } => {
                session.permit("forgetting a run")?;
                let workspace = session.open().await?;
                workspace.saved_load(&name).await?;
                ask::confirm(&format!("This forgets the run {name}."), yes)?;
                workspace.remove_load(&name).await?;
                session.show(&json!({"deleted": name}), || format!("{name} is forgotten"))
            }
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.01..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("not a number of calls a second, from 0.01 to 100000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_limits() {
        for wrong in ["0", "-1", "nan", "inf", "1e9", "x"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}

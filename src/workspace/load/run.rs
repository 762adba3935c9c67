//! The run: a runtime of its own, one lane for each route.

use super::caller::{Caller, What};
use super::prospects::Prepared;
use super::{LoadRequest, LoadTarget, summary};
use crate::client::load::{self, Figures, Wish};
use crate::model::{Route, Timestamp};
use crate::protocol::Code;
use crate::workspace::{Failure, Workspace};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Threads of a run, however many calls are under way.
const THREADS: usize = 2;

/// What is wanted of a run that is under way. Cheap to clone.
#[derive(Clone)]
pub struct LoadControl(Arc<watch::Sender<Wish>>);

impl LoadControl {
    /// Begins nothing more until it is told to go on.
    pub fn pause(&self) {
        self.0
            .send_if_modified(|wish| std::mem::replace(wish, Wish::Pause) != Wish::Pause);
    }

    /// Goes on.
    pub fn resume(&self) {
        self.0
            .send_if_modified(|wish| std::mem::replace(wish, Wish::Go) != Wish::Go);
    }

    /// Ends it now.
    pub fn stop(&self) {
        self.0.send_replace(Wish::Stop);
    }
}

/// One route of a run.
pub struct LoadLane {
    /// The route's word, or the action where there is no route.
    pub label: String,
    /// What is known of it, made anew a few times a second.
    pub figures: watch::Receiver<Figures>,
}

/// A run that is under way.
pub struct LoadRun {
    /// What is wanted of it.
    pub control: LoadControl,
    /// Its routes.
    pub lanes: Vec<LoadLane>,
    callers: Vec<Arc<Caller>>,
    done: oneshot::Receiver<Vec<Figures>>,
    began: Timestamp,
    request: LoadRequest,
    prepared: Prepared,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct LoadReport {
    /// The figures of each route, with its label.
    pub lanes: Vec<(String, Figures)>,
    /// Lines of the invoke log: the slowest of the calls that were traced, by label, the slowest first.
    pub samples: Vec<(String, Vec<u64>)>,
    /// The line of the invoke log that sums it up.
    pub log_id: Option<u64>,
}

impl Workspace {
    /// Begins a load.
    pub async fn start_load(&self, request: LoadRequest) -> Result<LoadRun, Failure> {
        let prepared = self
            .prepare_load(request.instance.as_str(), &request.target)
            .await?;
        let kinds = kinds(&request, &prepared)?;
        let names: HashMap<String, String> = self
            .records()
            .await?
            .into_iter()
            .filter_map(|record| Some((record.instance_id?.as_str().to_owned(), record.name.to_string())))
            .collect();
        let began = Timestamp::now();
        let (wish, wishes) = watch::channel(Wish::Go);
        let mut lanes = Vec::new();
        let mut callers = Vec::new();
        let mut runs = Vec::new();
        for (label, what) in kinds {
            let caller = Arc::new(Caller {
                client: self.client.apart(),
                via: prepared.via.clone(),
                peers: Arc::new(self.peers().await?),
                what,
                names: names.clone(),
                messages: (AtomicU64::new(0), AtomicU64::new(0)),
                samples: Mutex::default(),
            });
            let nothing = Figures::nothing(&request.plan, Duration::from_millis(200));
            let (progress, figures) = watch::channel(nothing);
            runs.push(load::run(
                request.plan,
                Arc::clone(&caller),
                wishes.clone(),
                progress,
            ));
            lanes.push(LoadLane { label, figures });
            callers.push(caller);
        }
        let (tell, done) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("load")
            .enable_all()
            .build()
            .map_err(|error| no_threads(&error))?;
        std::thread::Builder::new()
            .name("load".to_owned())
            .spawn(move || {
                let figures = runtime.block_on(futures::future::join_all(runs));
                // Whoever began it may not wait for it any more.
                let _ = tell.send(figures);
            })
            .map_err(|error| no_threads(&error))?;
        Ok(LoadRun {
            control: LoadControl(Arc::new(wish)),
            lanes,
            callers,
            done,
            began,
            request,
            prepared,
        })
    }

    /// Waits for the end of a load, counts its messages, sums it up in the invoke log, and keeps a few of its calls there.
    pub async fn finish_load(&self, run: LoadRun) -> Result<LoadReport, Failure> {
        let figures = run.done.await.map_err(|_| {
            Failure::new(
                Code::Internal,
                "the load ended by a mistake of the program",
                "please report it with the log file",
            )
        })?;
        for caller in &run.callers {
            self.count_messages(&run.prepared, caller).await?;
        }
        let labels: Vec<String> = run.lanes.iter().map(|lane| lane.label.clone()).collect();
        let lanes: Vec<(String, Figures)> = labels.iter().cloned().zip(figures).collect();
        // The run began before its calls: it is the first of its lines.
        let summed_up = summary::of(&run.prepared, &run.request, run.began, &lanes);
        let log_id = self.place_in_log(summed_up).await.ok();
        let lines = self.log_samples(&run.prepared, &run.callers).await?;
        let samples = labels.into_iter().zip(lines).collect();
        Ok(LoadReport {
            lanes,
            samples,
            log_id,
        })
    }

    async fn count_messages(&self, prepared: &Prepared, caller: &Caller) -> Result<(), Failure> {
        let now = Timestamp::now();
        let via = prepared.record.credential.clone();
        let peer = caller.peers.used();
        let own = caller.messages.0.load(Ordering::Relaxed);
        let to_peer = caller.messages.1.load(Ordering::Relaxed);
        self.in_vault(move |vault| {
            vault.note_uses(&via, own, now)?;
            match peer {
                Some(peer) => vault.note_uses(&peer, to_peer, now),
                None => Ok(()),
            }
        })
        .await
    }
}

/// What each lane calls, with its label.
fn kinds(request: &LoadRequest, prepared: &Prepared) -> Result<Vec<(String, What)>, Failure> {
    if let Some(refusal) = &prepared.refusal {
        return Err(refusal.clone());
    }
    let prospects = &prepared.prospects;
    let LoadTarget::Pointer(address) = &request.target else {
        return no_routes(request, prepared);
    };
    let Some(own) = prospects.own else {
        return no_routes(request, prepared);
    };
    let mut routes: Vec<Route> = if request.routes.is_empty() {
        vec![own]
    } else {
        request.routes.clone()
    };
    let mut seen = Vec::new();
    routes.retain(|route| {
        let is_new = !seen.contains(route);
        seen.push(*route);
        is_new
    });
    routes
        .into_iter()
        .map(|route| {
            let missing = prospects.routes.iter().find(|prospect| prospect.route == route);
            match missing.and_then(|prospect| prospect.missing.clone()) {
                Some(missing) => Err(Failure::new(
                    Code::NoHeldCredential,
                    missing,
                    "leave this route out, or get what it needs",
                )
                .on(prospects.instance.as_str())),
                None => Ok((route.to_string(), What::Call(address.clone(), route))),
            }
        })
        .collect()
}

fn no_routes(request: &LoadRequest, prepared: &Prepared) -> Result<Vec<(String, What)>, Failure> {
    let unassigned = prepared
        .pointer
        .as_ref()
        .is_some_and(|pointer| pointer.connection_id.is_none());
    let (code, message, remedy) = if !request.routes.is_empty() {
        (
            Code::Usage,
            "only a pointer that leads to another instance has routes",
            "leave out the routes",
        )
    } else if unassigned {
        (
            Code::NotAssigned,
            "the pointer is assigned to no connection, and pointers are invoked through one",
            "assign it with `butterfly connection assign`",
        )
    } else {
        let action = prepared.prospects.action.clone();
        return Ok(vec![(action, What::Query(prepared.query.clone()))]);
    };
    Err(Failure::new(code, message, remedy).on(prepared.record.name.as_str()))
}

fn no_threads(error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Internal,
        format!("the system gave no threads for the load: {error}"),
        "try again with less",
    )
}

//! Runs effects as tasks on the workspace and brings what came of them back as messages.
//!
//! Every instance is watched by a task of its own, with its own timeout and backoff: a dead one never
//! holds up a living one, nor the screen.

mod fetch;
mod files;
mod pace;
mod remember;
mod tail;
mod watch;
mod work;

use super::clipboard;
use super::composer;
use super::effect::{Bringing, Effect, Work};
use super::message::Message;
use super::outcome::Outcome;
use super::outside::Behind;
use super::paths::{files_in, typed_path};
use super::patience::{contained, patient};
use super::wizard::{self, Errand, News};
use super::{doctor, invoke, livetest};
use crate::model::InstanceName;
use crate::workspace::{Check, Home, Observation, Severity, StopSign, Unlock, VaultLock, Workspace};
use fetch::fetch;
use futures::FutureExt;
use futures::future::BoxFuture;
use remember::{Memory, What};
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tail::read_log;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;
use watch::Watch;
use work::do_work;

/// How often the vault is asked whether another console changed something.
const WATCH_VAULT: Duration = Duration::from_millis(700);

/// How long what was stopped may take to clean up when the console is left, and how often that is looked at.
const CLEANING: Duration = Duration::from_secs(3);
const SHORT: Duration = Duration::from_millis(20);

struct Watcher {
    task: JoinHandle<()>,
    now: Arc<Notify>,
}

/// Runs effects.
pub struct Runner {
    home: Home,
    workspace: Arc<OnceLock<Arc<Workspace>>>,
    messages: UnboundedSender<Message>,
    watchers: HashMap<InstanceName, Watcher>,
    works: HashMap<u64, AbortHandle>,
    stops: HashMap<u64, Arc<StopSign>>,
    vault: Option<JoinHandle<()>>,
    tail: Option<AbortHandle>,
    seat: invoke::Seat,
    memory: Memory,
    live: livetest::Controls,
    files: Option<JoinHandle<()>>,
    attended: Arc<AtomicBool>,
    behind: Behind,
}

impl Runner {
    /// Runs effects on this home; what comes of them goes to `messages`.
    pub fn new(home: Home, workspace: Option<Arc<Workspace>>, messages: UnboundedSender<Message>) -> Self {
        let cell = OnceLock::new();
        if let Some(workspace) = workspace {
            let _ = cell.set(workspace);
        }
        Self {
            home,
            workspace: Arc::new(cell),
            messages,
            watchers: HashMap::new(),
            works: HashMap::new(),
            stops: HashMap::new(),
            vault: None,
            tail: None,
            seat: invoke::Seat::default(),
            memory: Memory::default(),
            live: livetest::Controls::default(),
            files: None,
            attended: Arc::new(AtomicBool::new(true)),
            behind: Behind::default(),
        }
    }

    /// Runs one. Effects on the terminal are not for here.
    pub fn run(&mut self, effect: Effect) {
        match effect {
            Effect::CreateHome(lock) => self.create(lock),
            Effect::BringVault(bringing) => self.bring(*bringing),
            Effect::LookIntoFolder(folder) => self.look_into(folder),
            Effect::OpenHome(unlock) => self.open(unlock),
            Effect::LockVault => self.lock_vault(),
            Effect::UnlockVault(unlock) => self.unlock_vault(unlock),
            Effect::After(wait, message) => {
                let messages = self.messages.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    let _ = messages.send(message);
                });
            }
            Effect::Watch(names) => self.watch(names),
            Effect::Tail(name) => self.tail(name),
            Effect::ProbeNow => self.probe_now(),
            Effect::Attend(is_there) => {
                self.attended.store(is_there, Ordering::Relaxed);
                if is_there {
                    self.probe_now();
                }
            }
            Effect::Work(ticket, work) => self.work(ticket, work),
            Effect::Wizard(ticket, errand) => self.errand(ticket, errand),
            Effect::Composer(ticket, errand) => self.compose(ticket, errand),
            Effect::LiveTest(ticket, errand) => self.live_test(ticket, errand),
            Effect::Cancel(ticket) => {
                if let Some(stop) = self.stops.get(&ticket) {
                    // It ends by itself, and cleans up.
                    stop.show();
                } else if let Some(task) = self.works.remove(&ticket) {
                    task.abort();
                }
            }
            Effect::WatchFiles => {
                let (home, messages) = (self.home.clone(), self.messages.clone());
                self.files
                    .get_or_insert_with(|| tokio::spawn(files::watch_files(home, messages)));
            }
            Effect::Remember(name, value) => self.remember(What::Setting(name), vec![value]),
            Effect::KeepDrafts(instance, texts) => self.remember(What::Draft(instance), texts),
            Effect::Inspect(page, number, errand) => {
                let news = invoke::run(&mut self.seat, errand);
                self.spawn(async move { Message::Inspected(page, number, news.await) });
            }
            Effect::RunBehind(line) => self.behind.begin(&self.home, line, self.messages.clone()),
            Effect::Shutdown => self.shut_down(),
            Effect::Examine(number) => self.examine(number),
            Effect::Copy(_)
            | Effect::CopyByTerminal(_)
            | Effect::Mouse(_)
            | Effect::Ring
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Edit(_)
            | Effect::Read(_)
            | Effect::Run(_) => {}
            other => self.fetch(other),
        }
    }

    /// The home that it works on.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Brings a message of the terminal's side.
    pub fn tell(&self, message: Message) {
        let _ = self.messages.send(message);
    }

    /// Gives a text to a program that keeps the clipboard.
    pub fn copy(&self, program: &'static str, arguments: &'static [&'static str], text: String) {
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let _ = messages.send(Message::Copied(clipboard::give(program, arguments, text)));
        });
    }

    fn remember(&mut self, what: What, values: Vec<String>) {
        if let Some(workspace) = self.workspace.get() {
            self.memory.keep(workspace, what, values);
        }
    }

    fn create(&self, lock: VaultLock) {
        let (home, cell) = (self.home.clone(), Arc::clone(&self.workspace));
        self.spawn(async move {
            let opened = contained(Workspace::create(home, lock)).await;
            settled(opened, &cell)
        });
    }

    fn bring(&self, bringing: Bringing) {
        let (home, cell) = (self.home.clone(), Arc::clone(&self.workspace));
        self.spawn(async move {
            let brought = async {
                let Bringing { path, words, lock } = bringing;
                let unlock = match &lock {
                    VaultLock::Passphrase(passphrase) => Unlock::Passphrase(passphrase.clone()),
                    _ => Unlock::Ambient,
                };
                Workspace::restore_vault(&home, &typed_path(&path), &words, lock).await?;
                Workspace::open(home, unlock).await
            };
            settled(contained(brought).await, &cell)
        });
    }

    fn look_into(&self, folder: String) {
        self.spawn(async move { Message::Folder(folder.clone(), files_in(folder).await) });
    }

    fn open(&self, unlock: Unlock) {
        let (home, cell) = (self.home.clone(), Arc::clone(&self.workspace));
        self.spawn(async move {
            let opened = contained(Workspace::open(home, unlock)).await;
            settled(opened, &cell)
        });
    }

    fn lock_vault(&self) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        // At once, and not when a task gets its turn.
        workspace.lock_vault();
        self.spawn(async move { Message::VaultShut(patient(workspace.asks_for_passphrase()).await) });
    }

    fn unlock_vault(&self, unlock: Unlock) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        self.spawn(async move { Message::VaultOpened(patient(workspace.unlock_vault(unlock)).await) });
    }

    /// Boxed, so that to the runtime all tasks are of one type, and its part is generated once.
    fn spawn(&self, future: impl Future<Output = Message> + Send + 'static) -> AbortHandle {
        tokio::spawn(tell_at_the_end(self.messages.clone(), future.boxed())).abort_handle()
    }

    /// Whatever is fetched from the workspace.
    fn fetch(&mut self, effect: Effect) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        self.watch_vault(&workspace);
        self.spawn(async move { fetch(&workspace, effect).await });
    }

    /// Looks at everything for the doctor; it may take its time where databases are large.
    fn examine(&self, number: u64) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        let home = self.home.clone();
        self.spawn(async move {
            let looking = async { Ok(doctor::look(&home, Ok(&workspace)).await) };
            let found = contained(looking).await.unwrap_or_else(|failure| {
                let (what, remedy) = (failure.message, failure.remedy);
                vec![Observation::of(Severity::Fault, "doctor", "doctor", what, remedy)]
            });
            Message::Examined(number, found)
        });
    }

    /// What another console changes in the home shows here too.
    fn watch_vault(&mut self, workspace: &Arc<Workspace>) {
        if self.vault.is_some() {
            return;
        }
        let (workspace, messages) = (Arc::clone(workspace), self.messages.clone());
        self.vault = Some(tokio::spawn(async move {
            let mut last = None;
            loop {
                if let Ok(number) = patient(workspace.change_number()).await {
                    if last.is_some_and(|last| last != number)
                        && messages.send(Message::VaultChanged).is_err()
                    {
                        return;
                    }
                    last = Some(number);
                }
                tokio::time::sleep(WATCH_VAULT).await;
            }
        }));
    }

    fn probe_now(&self) {
        for watcher in self.watchers.values() {
            watcher.now.notify_one();
        }
    }

    fn watch(&mut self, names: Vec<InstanceName>) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        self.watchers.retain(|name, watcher| {
            let stays = names.contains(name);
            if !stays {
                watcher.task.abort();
            }
            stays
        });
        for name in names {
            let messages = self.messages.clone();
            let workspace = Arc::clone(&workspace);
            self.watchers.entry(name).or_insert_with_key(|name| {
                let now = Arc::new(Notify::new());
                let watch = Watch {
                    workspace,
                    name: name.clone(),
                    messages,
                    now: Arc::clone(&now),
                    attended: Arc::clone(&self.attended),
                };
                let task = tokio::spawn(watch.go_on());
                Watcher { task, now }
            });
        }
    }

    /// Reads the log of one instance while its page is open.
    fn tail(&mut self, name: Option<InstanceName>) {
        if let Some(task) = self.tail.take() {
            task.abort();
        }
        let (Some(name), Some(workspace)) = (name, self.workspace.get()) else {
            return;
        };
        let task = tokio::spawn(read_log(Arc::clone(workspace), name, self.messages.clone()));
        self.tail = Some(task.abort_handle());
    }

    fn work(&mut self, ticket: u64, work: Work) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        let messages = self.messages.clone();
        let stop = Arc::new(StopSign::default());
        let gentle = work.stops_gently().then(|| Arc::clone(&stop));
        let task = self.spawn(async move {
            let steps = messages.clone();
            let step = move |words: &str| {
                let _ = steps.send(Message::Step(ticket, words.to_owned()));
            };
            let outcome = contained(do_work(&workspace, work, &stop, &step)).await;
            Message::Worked(ticket, outcome)
        });
        self.works.retain(|_, task| !task.is_finished());
        let works = &self.works;
        self.stops.retain(|ticket, _| works.contains_key(ticket));
        self.stops.extend(gentle.map(|stop| (ticket, stop)));
        self.works.insert(ticket, task);
    }

    fn errand(&self, ticket: u64, errand: Errand) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        let messages = self.messages.clone();
        self.spawn(async move {
            let report = move |check: &Check| {
                let _ = messages.send(Message::Wizard(News::Check(ticket, check.clone())));
            };
            let outcome = contained(wizard::run(&workspace, errand, &report)).await;
            Message::Wizard(News::Came(ticket, outcome))
        });
    }

    fn compose(&mut self, ticket: u64, errand: composer::Errand) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        let task = self.spawn(async move {
            let outcome = contained(composer::run(&workspace, errand)).await;
            Message::Composer(composer::News::Came(ticket, outcome))
        });
        self.works.retain(|_, task| !task.is_finished());
        self.works.insert(ticket, task);
    }

    fn live_test(&self, ticket: u64, errand: livetest::Errand) {
        let Some(workspace) = self.workspace.get().map(Arc::clone) else {
            return;
        };
        let (controls, messages) = (self.live.clone(), self.messages.clone());
        self.spawn(async move {
            let tell = move |heard| {
                let _ = messages.send(Message::LiveTest(livetest::News(ticket, Ok(heard))));
            };
            let outcome = contained(livetest::run(&workspace, errand, &controls, &tell)).await;
            Message::LiveTest(livetest::News(ticket, outcome))
        });
    }

    fn shut_down(&mut self) {
        self.behind = Behind::default();
        self.watchers
            .drain()
            .for_each(|(_, watcher)| watcher.task.abort());
        for task in [self.vault.take(), self.files.take()].into_iter().flatten() {
            task.abort();
        }
        let workspace = self.workspace.get().map(Arc::clone);
        let memory = std::mem::take(&mut self.memory);
        let mut stopping = Vec::new();
        for (ticket, stop) in self.stops.drain() {
            stop.show();
            stopping.extend(self.works.remove(&ticket));
        }
        self.spawn(async move {
            // What was begun is cleaned up, if that does not take long.
            let ended = async {
                while stopping.iter().any(|task| !task.is_finished()) {
                    tokio::time::sleep(SHORT).await;
                }
            };
            let _ = timeout(CLEANING, ended).await;
            if let Some(workspace) = workspace {
                memory.flush().await;
                let _ = contained(async {
                    workspace.shutdown().await;
                    Ok(())
                })
                .await;
            }
            Message::Stopped
        });
    }
}

fn settled(opened: Outcome<Arc<Workspace>>, cell: &OnceLock<Arc<Workspace>>) -> Message {
    match opened {
        Ok(workspace) => {
            let _ = cell.set(workspace);
            Message::HomeOpened
        }
        Err(failure) => Message::HomeFailed(failure),
    }
}

async fn tell_at_the_end(messages: UnboundedSender<Message>, future: BoxFuture<'static, Message>) {
    let _ = messages.send(future.await);
}

#[cfg(test)]
mod tests;

//! A thread that holds a text, read once, and answers expressions over it, the newest only.

use super::limits::{Limits, STACK, Stop, Watch};
use super::program::{Data, Reach, compile};
use jaq_core::{Ctx, Vars};
use jaq_json::{Val, read, write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The longest expression.
const LONGEST: usize = 8 * 1024;
/// How long the text is held in memory after the last expression.
const HELD: Duration = Duration::from_secs(60);

/// What an expression came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The results as JSON, one after the other, a line each.
    pub results: Vec<String>,
    /// Why there may be more results than these.
    pub cut: Option<String>,
}

/// Why an expression has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JqError(pub String);

/// What came of an expression; none if it was stopped because a newer one came.
pub type Evaluated = Option<Result<Answer, JqError>>;

struct Order {
    expression: String,
    limits: Limits,
    stopped: Arc<AtomicBool>,
    done: Box<dyn FnOnce(Evaluated) + Send>,
}

/// Answers expressions over one text on a thread of its own. It does not keep the text: whoever shows it does.
pub struct JqSession {
    text: Weak<str>,
    orders: Sender<Order>,
    stopped: Arc<AtomicBool>,
}

impl JqSession {
    /// A session over this text, which is not read before the first expression.
    pub fn open(text: &Arc<str>) -> std::io::Result<Self> {
        let (orders, incoming) = channel::<Order>();
        let own = Arc::downgrade(text);
        std::thread::Builder::new()
            .name("jq".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                let mut input = None;
                loop {
                    match incoming.recv_timeout(HELD) {
                        Ok(order) => answer(&own, &mut input, order),
                        // What was read of it takes several times the memory of the text.
                        Err(RecvTimeoutError::Timeout) => input = None,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            })?;
        Ok(Self {
            text: Arc::downgrade(text),
            orders,
            stopped: Arc::default(),
        })
    }

    /// Whether it is over this very text.
    pub fn is_over(&self, text: &Arc<str>) -> bool {
        Weak::ptr_eq(&self.text, &Arc::downgrade(text))
    }

    /// Evaluates an expression; one that is under way is stopped. `done` is called on the session's thread.
    pub fn evaluate(
        &mut self,
        expression: String,
        limits: Limits,
        done: impl FnOnce(Evaluated) + Send + 'static,
    ) {
        self.stop();
        self.stopped = Arc::default();
        self.evaluate_next(expression, limits, done);
    }

    /// The same, but after what is under way, and stopped with it.
    pub fn evaluate_next(
        &mut self,
        expression: String,
        limits: Limits,
        done: impl FnOnce(Evaluated) + Send + 'static,
    ) {
        let order = Order {
            expression,
            limits,
            stopped: Arc::clone(&self.stopped),
            done: Box::new(done),
        };
        if let Err(unsent) = self.orders.send(order) {
            let gone = "the expression could not be evaluated: its thread is gone".to_owned();
            (unsent.0.done)(Some(Err(JqError(gone))));
        }
    }

    /// Stops what is under way.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Drop for JqSession {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Evaluates one expression over a text and waits for it.
pub fn evaluate(text: Arc<str>, expression: &str, limits: Limits) -> Result<Answer, JqError> {
    let failed =
        |error: &dyn std::fmt::Display| JqError(format!("no thread for it could be started: {error}"));
    let mut session = JqSession::open(&text).map_err(|error| failed(&error))?;
    let (sender, receiver) = channel();
    session.evaluate(expression.to_owned(), limits, move |evaluated| {
        let _ = sender.send(evaluated);
    });
    match receiver.recv() {
        Ok(Some(evaluated)) => evaluated,
        Ok(None) => Err(JqError("it was stopped".to_owned())),
        Err(error) => Err(failed(&error)),
    }
}

fn answer(text: &Weak<str>, input: &mut Option<Val>, order: Order) {
    let Order {
        expression,
        limits,
        stopped,
        done,
    } = order;
    if stopped.load(Ordering::Relaxed) {
        done(None);
        return;
    }
    let Some(text) = text.upgrade() else {
        done(None);
        return;
    };
    let evaluated = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(&text, input, &expression, limits, Arc::clone(&stopped))
    }))
    .unwrap_or_else(|_| {
        Err(JqError(
            "the jq library made a mistake over this expression".to_owned(),
        ))
    });
    let is_stale = stopped.load(Ordering::Relaxed);
    done((!is_stale).then_some(evaluated));
}

fn run(
    text: &str,
    input: &mut Option<Val>,
    expression: &str,
    limits: Limits,
    stopped: Arc<AtomicBool>,
) -> Result<Answer, JqError> {
    if expression.len() > LONGEST {
        return Err(JqError(format!("an expression has {LONGEST} bytes at most")));
    }
    let filter = compile(expression).map_err(JqError)?;
    let value = match input {
        Some(value) => value.clone(),
        None => {
            let read = read::parse_single(text.as_bytes());
            let value = read.map_err(|error| JqError(format!("the reply is not JSON for jq: {error}")))?;
            input.insert(value).clone()
        }
    };
    let watch = Watch::new(limits, stopped);
    let reach = Reach {
        lut: &filter.lut,
        watch: &watch,
    };
    let context = Ctx::<Data>::new(reach, Vars::new([]));
    let mut taken = Answer {
        results: Vec::new(),
        cut: None,
    };
    let mut bytes = 0;
    for result in filter.id.run((context, value)) {
        let value = match result {
            Ok(value) => value,
            Err(exception) => {
                let words = match exception.get_halt() {
                    Ok(code) => stop_words(Stop::of_code(code), limits),
                    Err(exception) => error_words(exception.get_err().ok().map(|error| error.to_string())),
                };
                if taken.results.is_empty() {
                    return Err(JqError(words));
                }
                taken.cut = Some(words);
                return Ok(taken);
            }
        };
        let json = json_of(&value);
        bytes += json.len();
        if bytes > limits.bytes || taken.results.len() == limits.results {
            taken.cut = Some(format!(
                "only the first {} results, {} bytes are shown",
                taken.results.len(),
                bytes - json.len()
            ));
            if taken.results.is_empty() {
                return Err(JqError(format!(
                    "the first result alone has {} bytes; {} are shown at most",
                    json.len(),
                    limits.bytes
                )));
            }
            return Ok(taken);
        }
        taken.results.push(json);
        if watch.step().is_err() {
            taken.cut = Some("it was stopped: there may be more results".to_owned());
            return Ok(taken);
        }
    }
    Ok(taken)
}

fn json_of(value: &Val) -> String {
    let mut json = Vec::new();
    let _ = write::write(&mut json, &write::Pp::default(), 0, value);
    String::from_utf8_lossy(&json).into_owned()
}

fn stop_words(stop: Stop, limits: Limits) -> String {
    match stop {
        Stop::Time => format!("it was stopped after {} s", limits.time.as_secs()),
        Stop::Steps => format!("it was stopped after {} steps", limits.steps),
        Stop::Depth => "it was stopped: it calls itself too deeply".to_owned(),
        Stop::Cancelled => "it was stopped".to_owned(),
        Stop::Halted => "it halted itself".to_owned(),
    }
}

/// An error in words, cut where it quotes a whole reply.
fn error_words(error: Option<String>) -> String {
    const LONGEST: usize = 240;
    let words = error.unwrap_or_else(|| "it failed".to_owned());
    if words.chars().count() <= LONGEST {
        return words;
    }
    let mut cut: String = words.chars().take(LONGEST / 2).collect();
    cut.push_str(" … ");
    let end: Vec<char> = words.chars().rev().take(LONGEST / 3).collect();
    cut.extend(end.into_iter().rev());
    cut
}

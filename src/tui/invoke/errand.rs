//! What the page has done on threads that may block, and what comes of it.

use super::table::{self, TableData};
use crate::tui::widgets::tree::{Document, Folding, Matches, NodeId, Unfold, find};
use crate::workspace::{JqAnswer, JqError, JqLimits, JqPlace, JqSession, JqStanding, jq_standing};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::oneshot;

/// Something to be done over a document.
pub enum Errand {
    /// Read a text to its end.
    Read(Arc<str>),
    /// Open or close much.
    Unfold(Arc<Document>, Folding, Unfold),
    /// Find a text, unless somebody stops it.
    Find(Arc<Document>, String, Arc<AtomicBool>),
    /// Evaluate a jq expression; the one before is stopped.
    Evaluate(Arc<str>, String),
    /// Ask what stands somewhere, by an expression that tells it, after what is being evaluated.
    Ask(Arc<str>, String),
    /// Make a table of this list, sorted by a column, backwards or not.
    Table(Arc<Document>, NodeId, Option<(String, bool)>),
}

/// Results as a document, with what of it is open, how many they are, and why there may be more.
pub type Results = (Arc<Document>, Folding, usize, Option<String>);

/// What came of it.
pub enum News {
    /// The text is read.
    Read(Arc<Document>, Folding),
    /// What is typed rests.
    Rested,
    /// It is opened or closed.
    Unfolded(Arc<Document>, Folding),
    /// It is searched.
    Found(Arc<Document>, Matches),
    /// An expression was evaluated: its results, or what is wrong.
    Evaluated(String, Result<Results, String>),
    /// What stands where this was asked; nothing if that led nowhere.
    Stands(String, JqStanding),
    /// The table is made.
    Tabled(Arc<Document>, TableData),
    /// Nobody wants to know any more, or the task made a mistake.
    Nothing,
}

/// The thread that evaluates expressions, kept between them because it holds what it has read.
#[derive(Default)]
pub struct Seat(Option<JqSession>);

/// Begins an errand; the future is what to wait for.
pub fn run(seat: &mut Seat, errand: Errand) -> impl Future<Output = News> + Send + 'static {
    let evaluated = match &errand {
        Errand::Evaluate(text, expression) | Errand::Ask(text, expression) => {
            let is_question = matches!(errand, Errand::Ask(..));
            Some(evaluate(seat, text, expression, is_question))
        }
        _ => None,
    };
    async move {
        match (errand, evaluated) {
            (Errand::Evaluate(_, expression), Some(evaluated)) => match evaluated.await {
                Ok(Some(outcome)) => blocking(move || taken(expression, outcome)).await,
                _ => News::Nothing,
            },
            (Errand::Ask(_, question), Some(answered)) => match answered.await {
                Ok(Some(outcome)) => told(question, outcome),
                _ => News::Nothing,
            },
            (errand, _) => blocking(move || done(errand)).await,
        }
    }
}

async fn blocking(work: impl FnOnce() -> News + Send + 'static) -> News {
    tokio::task::spawn_blocking(work).await.unwrap_or(News::Nothing)
}

/// Does an errand, at once: tests and benches do it so too.
pub fn done(errand: Errand) -> News {
    match errand {
        Errand::Read(text) => {
            let document = Document::read(text);
            let folding = Folding::first(&document);
            News::Read(Arc::new(document), folding)
        }
        Errand::Unfold(document, mut folding, unfold) => {
            folding.unfold(&document, unfold);
            News::Unfolded(document, folding)
        }
        Errand::Find(document, needle, stopped) => {
            let found = find(&document, &needle, &stopped);
            found.map_or(News::Nothing, |matches| News::Found(document, matches))
        }
        Errand::Table(document, list, sort) => {
            let data = table::make(&document, list, sort);
            News::Tabled(document, data)
        }
        Errand::Evaluate(text, expression) => {
            let outcome = crate::workspace::jq(text, &expression, JqLimits::default());
            taken(expression, outcome)
        }
        Errand::Ask(text, question) => {
            let outcome = crate::workspace::jq(text, &question, JqPlace::limits());
            told(question, outcome)
        }
    }
}

type Evaluated = Option<Result<JqAnswer, JqError>>;

fn evaluate(
    seat: &mut Seat,
    text: &Arc<str>,
    expression: &str,
    is_question: bool,
) -> oneshot::Receiver<Evaluated> {
    let (sender, receiver) = oneshot::channel();
    if !seat.0.as_ref().is_some_and(|session| session.is_over(text)) {
        seat.0 = JqSession::open(text).ok();
    }
    let done = move |evaluated| {
        let _ = sender.send(evaluated);
    };
    match &mut seat.0 {
        Some(session) if is_question => session.evaluate_next(expression.to_owned(), JqPlace::limits(), done),
        Some(session) => session.evaluate(expression.to_owned(), JqLimits::default(), done),
        None => {}
    }
    receiver
}

fn told(question: String, outcome: Result<JqAnswer, JqError>) -> News {
    let standing = outcome.map(|answer| jq_standing(&answer));
    News::Stands(question, standing.unwrap_or_default())
}

/// Results as a document: a single one as it is, several as a list.
fn taken(expression: String, outcome: Result<JqAnswer, JqError>) -> News {
    let outcome = outcome.map_err(|error| error.0).map(|answer| {
        let count = answer.results.len();
        let text = match answer.results.as_slice() {
            [only] => only.clone(),
            many => format!("[{}]", many.join(",")),
        };
        let document = Document::read(text.into());
        let folding = Folding::first(&document);
        (Arc::new(document), folding, count, answer.cut)
    });
    News::Evaluated(expression, outcome)
}

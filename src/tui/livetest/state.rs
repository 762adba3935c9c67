//! What the live test knows.

use crate::client::load::{Arrivals, Figures, Pace, Plan};
use crate::model::Route;
use crate::tui::layers::Field;
use crate::workspace::{Failure, LoadReport, LoadRequest, LoadTarget, Prospects, SavedLoad};
use std::time::Duration;
use tui_input::Input;

/// Calls that may be under way at once under an open load.
const IN_FLIGHT: usize = 256;
/// Every so many calls one asks for a trace.
const TRACE_EVERY: u64 = 20;

/// What is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// The runs that were kept, to choose one.
    Kept,
    /// The set-up.
    SetUp,
    /// The set-up, with a question that only `y` answers.
    Asking,
    /// Figures that still change.
    Running,
    /// Figures that no longer do.
    Finished,
}

/// The live test as it stands.
pub struct LiveTest {
    /// What is on the screen.
    pub showing: Showing,
    /// What is loaded, once it was looked at.
    pub target: Option<LoadTarget>,
    /// What is known of it.
    pub prospects: Option<Prospects>,
    /// What went wrong.
    pub failure: Option<Failure>,
    /// The errand that it waits for.
    pub ticket: Option<u64>,
    /// The routes that are checked.
    pub chosen: Vec<Route>,
    /// Pace, duration, warm-up.
    pub fields: Vec<Field>,
    /// The line with the cursor: of the set-up, routes first, then fields; or of the kept runs.
    pub at: usize,
    /// Whether it is paused, or is to be.
    pub paused: bool,
    /// The load that is or was made.
    pub request: Option<LoadRequest>,
    /// Figures by route.
    pub lanes: Vec<(String, Figures)>,
    /// How it ended.
    pub report: Option<LoadReport>,
    /// The route whose details are shown where there is no room for all.
    pub lane: usize,
    /// Runs that were kept.
    pub saved: Vec<SavedLoad>,
    /// The kept run whose figures are shown.
    pub kept: Option<SavedLoad>,
    /// The one that is compared with.
    pub before: Option<usize>,
    /// The name under which it is to be kept, while it is typed.
    pub naming: Option<Input>,
    /// Something that was done, in words.
    pub note: Option<String>,
}

impl LiveTest {
    /// A live test that knows nothing yet; the set-up is the one remembered.
    pub fn new(remembered: Option<&str>) -> Self {
        let mut values = remembered.unwrap_or_default().split(' ');
        let kind = values.next().unwrap_or_default();
        let mut value = |usual: &str| values.next().unwrap_or(usual).to_owned();
        let mut pace = Field::choice(
            "model",
            "Load",
            vec!["calls a second".into(), "callers at once".into()],
            "",
        );
        if kind == "callers"
            && let crate::tui::layers::Kind::Choice(_, selected) = &mut pace.kind
        {
            *selected = 1;
        }
        let fields = vec![
            pace,
            Field::text("many", "How many", value("50"), "by each route"),
            Field::text("seconds", "For seconds", value("10"), "1 to 3600"),
            Field::text("warm_up", "Warm-up", value("1"), "seconds, not counted"),
        ];
        Self {
            showing: Showing::SetUp,
            target: None,
            prospects: None,
            failure: None,
            ticket: None,
            chosen: Vec::new(),
            fields,
            at: 0,
            paused: false,
            request: None,
            lanes: Vec::new(),
            report: None,
            lane: 0,
            saved: Vec::new(),
            kept: None,
            before: None,
            naming: None,
            note: None,
        }
    }

    /// Lines of the set-up that are routes.
    pub fn routes(&self) -> usize {
        self.prospects
            .as_ref()
            .map_or(0, |prospects| prospects.routes.len())
    }

    /// The set-up as it is remembered.
    pub fn remembered(&self) -> String {
        let kind = if self.is_closed() { "callers" } else { "rate" };
        let typed = |index: usize| self.fields[index].value().trim().to_owned();
        format!("{kind} {} {} {}", typed(1), typed(2), typed(3))
    }

    fn is_closed(&self) -> bool {
        self.fields[0].value() == "callers at once"
    }

    /// The load that is set up; fields that are wrong say so.
    pub fn ask(&mut self) -> Option<LoadRequest> {
        let closed = self.is_closed();
        let limits = if closed { 1.0..=1_024.0 } else { 0.01..=100_000.0 };
        let many = number(&mut self.fields[1], limits);
        let seconds = number(&mut self.fields[2], 1.0..=3_600.0);
        let warm_up = number(&mut self.fields[3], 0.0..=600.0);
        let (many, seconds, warm_up) = (many?, seconds?, warm_up?);
        let prospects = self.prospects.as_ref()?;
        if !prospects.routes.is_empty() && self.chosen.is_empty() {
            self.note = Some("check a route with Space first".to_owned());
            return None;
        }
        let routes = Route::ALL
            .into_iter()
            .filter(|route| self.chosen.contains(route))
            .collect();
        Some(LoadRequest {
            instance: prospects.instance.clone(),
            target: self.target.clone()?,
            routes,
            plan: Plan {
                pace: if closed {
                    Pace::Closed {
                        callers: many as usize,
                    }
                } else {
                    Pace::Open {
                        rate: many,
                        arrivals: Arrivals::Constant,
                    }
                },
                warm_up: Duration::from_secs_f64(warm_up),
                duration: Some(Duration::from_secs_f64(seconds)),
                count: None,
                in_flight: IN_FLIGHT,
                trace_every: TRACE_EVERY,
            },
        })
    }

    /// The run that is compared with.
    pub fn compared(&self) -> Option<&SavedLoad> {
        self.before.and_then(|index| self.saved.get(index))
    }
}

fn number(field: &mut Field, limits: std::ops::RangeInclusive<f64>) -> Option<f64> {
    let parsed = field
        .value()
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|number| limits.contains(number));
    field.error = match parsed {
        Some(_) => None,
        None => Some(format!("a number from {} to {}", limits.start(), limits.end())),
    };
    parsed
}

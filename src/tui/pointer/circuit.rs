//! The steps of a circuit, with a line from each step to whatever takes from it.

use super::page::PointerPage;
use super::sheet::{Destination, Sheet};
use crate::model::{Connection, ConnectionId, ConnectionStatus, Pointer, PointerAddress};
use crate::protocol::circuit::{Circuit, Fault, Leads, Step};
use crate::tui::content::heading;
use crate::tui::state::State;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::json::json_lines;
use crate::tui::widgets::text::{Line, wrap};

/// Lines from steps that run side by side, at most; what does not fit is told in words alone.
const MOST_LANES: usize = 4;
/// Lines of one parameter's value, at most.
const MOST_VALUE: usize = 8;
/// Columns of a parameter's name.
const NAME: usize = 18;

pub(super) fn add_circuit(
    state: &State,
    page: &PointerPage,
    pointer: &Pointer,
    sheet: &mut Sheet,
    room: u16,
) {
    let Some(circuit) = Circuit::of_reference(&pointer.data_reference) else {
        return;
    };
    let relays = page.detail.as_ref().map_or(&[][..], |detail| &detail.relays);
    heading(&mut sheet.lines, "Circuit");
    sheet.lines.extend(summary(&circuit, &state.look.glyphs));
    let drawing = draw(&circuit, &state.look.glyphs, room, relays);
    let first = sheet.lines.len();
    sheet.lines.extend(drawing.lines);
    for (line, to) in drawing.links {
        sheet.link_at(first + line, to);
    }
    if circuit.steps.is_empty() {
        // Nothing was understood: the text itself, inert and cut.
        let shown = crate::tui::content::shorten(&pointer.data_reference, 400);
        let lines = wrap(&shown, room).into_iter();
        sheet.lines.extend(lines.map(|line| Line::of(line, Role::Faint)));
    }
}

/// How many steps, and whether an instance would take it.
pub fn summary(circuit: &Circuit, glyphs: &Glyphs) -> Vec<Line> {
    let mut lines = Vec::new();
    if !circuit.steps.is_empty() {
        let steps = match circuit.steps.len() {
            1 => "one step".to_owned(),
            many => format!("{many} steps, counted from 0"),
        };
        let result = if circuit.is_list {
            "its result is a list"
        } else {
            "its result is the step's"
        };
        lines.push(Line::of(format!("{steps}; {result}"), Role::Dim));
    }
    let whole = circuit.faults.iter().filter(|fault| fault.step.is_none());
    lines.extend(whole.map(|fault| fault_line(fault, glyphs, 0)));
    lines
}

/// A circuit as lines, and which of them lead to another pointer or connection.
pub struct Drawing {
    /// The lines.
    pub lines: Vec<Line>,
    links: Vec<(usize, Destination)>,
}

/// A line before the gutter is put on its left.
struct Body {
    line: Line,
    /// The step whose head this is.
    head: Option<usize>,
    /// The steps that this line takes from.
    takes: Vec<usize>,
    to: Option<Destination>,
}

impl Body {
    fn plain(line: Line) -> Self {
        Self {
            line,
            head: None,
            takes: Vec::new(),
            to: None,
        }
    }
}

/// Draws the steps of a circuit, with the names of the connections that are known.
pub fn draw(circuit: &Circuit, glyphs: &Glyphs, room: u16, relays: &[Connection]) -> Drawing {
    let mut bodies = Vec::new();
    for step in &circuit.steps {
        add_step(circuit, step, glyphs, room, relays, &mut bodies);
    }
    let lanes = lanes(&bodies);
    let width = lanes.iter().map(|lane| lane.column + 1).max().unwrap_or(0);
    let mut drawing = Drawing {
        lines: Vec::with_capacity(bodies.len()),
        links: Vec::new(),
    };
    for (place, body) in bodies.into_iter().enumerate() {
        let mut line = gutter(place, &lanes, width, glyphs);
        line.spans.extend(body.line.spans);
        if let Some(to) = body.to {
            drawing.links.push((place, to));
        }
        drawing.lines.push(line);
    }
    drawing
}

fn add_step(
    circuit: &Circuit,
    step: &Step,
    glyphs: &Glyphs,
    room: u16,
    relays: &[Connection],
    bodies: &mut Vec<Body>,
) {
    let is_wrong = circuit.faults_of(step.index).any(|fault| fault.refused);
    let (words, role) = match (&step.action, &step.unreadable) {
        (Some(action), _) => (action.clone(), if is_wrong { Role::Bad } else { Role::Strong }),
        (None, Some(what)) => (format!("cannot be read: {what}"), Role::Bad),
        (None, None) => ("without an action".to_owned(), Role::Bad),
    };
    bodies.push(Body {
        head: Some(step.index),
        ..Body::plain(Line::of(format!("{:>2} ", step.index), Role::Key).and(words, role))
    });
    for parameter in &step.parameters {
        let of_this =
            |into: &str| into == parameter.name || into.starts_with(&format!("{}.", parameter.name));
        let takes: Vec<usize> = step
            .arrows
            .iter()
            .filter(|arrow| arrow.is_resolved && of_this(&arrow.into))
            .map(|arrow| arrow.from)
            .collect();
        let values = value_lines(&parameter.value, room.saturating_sub(NAME as u16 + 14));
        let more = values.len().saturating_sub(MOST_VALUE);
        let last = values.len().min(MOST_VALUE) - 1;
        for (index, value) in values.into_iter().take(MOST_VALUE).enumerate() {
            let name = if index == 0 { parameter.name.as_str() } else { "" };
            let mut line = Line::of(format!("     {name:<NAME$} "), Role::Dim);
            line.spans.extend(value.spans);
            if index == last && more > 0 {
                line = line.and(
                    format!("  {} and {more} lines more", glyphs.ellipsis),
                    Role::Faint,
                );
            }
            bodies.push(Body {
                takes: if index == 0 { takes.clone() } else { Vec::new() },
                to: (index == 0).then(|| pointer_in(&parameter.value)).flatten(),
                ..Body::plain(line)
            });
        }
    }
    add_leads(step, glyphs, relays, bodies);
    for fault in circuit.faults_of(step.index) {
        bodies.push(Body::plain(fault_line(fault, glyphs, 5)));
    }
}

/// On one line where it fits.
fn value_lines(value: &serde_json::Value, room: u16) -> Vec<Line> {
    let short = value.to_string();
    if value.is_array() && crate::tui::widgets::draw::width(&short) <= room {
        return vec![Line::of(short, Role::JsonText)];
    }
    json_lines(value, room)
}

/// A value that is a pointer's address leads to that pointer.
fn pointer_in(value: &serde_json::Value) -> Option<Destination> {
    let address = PointerAddress::parse(value.as_str()?).ok()?;
    Some(Destination::Pointer(address, None))
}

fn add_leads(step: &Step, glyphs: &Glyphs, relays: &[Connection], bodies: &mut Vec<Body>) {
    match &step.leads {
        Leads::Here => {}
        Leads::Pointer(_) if step.action.as_deref() == Some("invoke_through_connection") => {
            bodies.push(Body::plain(Line::of(
                "     if that pointer is a circuit, its steps are taken here too",
                Role::Dim,
            )));
        }
        Leads::Pointer(_) => {}
        Leads::Relay { connection, asks } => {
            let found = relays.iter().find(|relay| relay.id.as_str() == connection);
            let name = found.map_or_else(|| connection.clone(), |found| format!("“{}”", found.name));
            let is_disabled = found.is_some_and(|found| found.status == ConnectionStatus::Disabled);
            let line = Line::of(format!("     {} ", glyphs.relay), Role::Route)
                .and("the instance asks its peer through ", Role::Dim)
                .and(name, Role::Address)
                .and(" for ", Role::Dim)
                .and(asks.clone(), Role::Strong);
            bodies.push(Body {
                to: ConnectionId::parse(connection).ok().map(Destination::Connection),
                ..Body::plain(line)
            });
            if is_disabled {
                let words = format!("     {} that connection is disabled: the step fails", glyphs.bad);
                bodies.push(Body::plain(Line::of(words, Role::Bad)));
            }
        }
        Leads::Federated {
            endpoint,
            profile,
            kid,
            sealed,
        } => {
            let key = kid
                .as_ref()
                .map_or_else(String::new, |kid| format!(" under {kid}"));
            bodies.push(Body::plain(
                Line::of(format!("     {} ", glyphs.circuit), Role::Route)
                    .and("the caller posts it to ", Role::Dim)
                    .and(endpoint.clone(), Role::Accent),
            ));
            bodies.push(Body::plain(Line::of(
                format!("       {sealed} characters, sealed ({profile}){key}"),
                Role::Dim,
            )));
        }
    }
}

fn fault_line(fault: &Fault, glyphs: &Glyphs, indent: usize) -> Line {
    let (sign, role) = match fault.refused {
        true => (glyphs.bad, Role::Bad),
        false => (glyphs.warn, Role::Warn),
    };
    Line::of(format!("{}{sign} {}", " ".repeat(indent), fault.words()), role)
}

/// The line from a step to everything that takes from it.
#[derive(Debug)]
struct Lane {
    first: usize,
    last: usize,
    takers: Vec<usize>,
    column: usize,
}

/// One lane for each step that something takes from, side by side where they overlap.
fn lanes(bodies: &[Body]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for (place, body) in bodies.iter().enumerate() {
        let Some(step) = body.head else { continue };
        let takers: Vec<usize> = bodies
            .iter()
            .enumerate()
            .filter(|(_, body)| body.takes.contains(&step))
            .map(|(taker, _)| taker)
            .collect();
        let Some(last) = takers.last().copied() else {
            continue;
        };
        let overlaps = |column: usize| {
            lanes
                .iter()
                .any(|lane| lane.column == column && lane.last >= place)
        };
        let Some(column) = (0..MOST_LANES).find(|column| !overlaps(*column)) else {
            continue;
        };
        lanes.push(Lane {
            first: place,
            last,
            takers,
            column,
        });
    }
    debug_assert!(lanes.iter().all(|lane| lane.first < lane.last), "{lanes:?}");
    lanes
}

/// What stands left of a line: where lanes begin, pass and end. The first lane is nearest to the steps.
fn gutter(place: usize, lanes: &[Lane], width: usize, glyphs: &Glyphs) -> Line {
    if width == 0 {
        return Line::new();
    }
    let mut cells = vec![[" ", " "]; width];
    let mut reached = width;
    for lane in lanes {
        let at = width - 1 - lane.column;
        let takes = lane.takers.contains(&place);
        let sign = match place {
            _ if place == lane.first => glyphs.corners[0],
            _ if place == lane.last => glyphs.corners[2],
            _ if takes => glyphs.tee[0],
            _ if lane.first < place && place < lane.last => glyphs.vertical,
            _ => continue,
        };
        cells[at][0] = sign;
        if place == lane.first || takes {
            reached = reached.min(at);
        }
    }
    for (at, cell) in cells.iter_mut().enumerate().skip(reached) {
        cell[1] = glyphs.horizontal;
        if at > reached && cell[0] == " " {
            cell[0] = glyphs.horizontal;
        }
    }
    let is_taker = lanes.iter().any(|lane| lane.takers.contains(&place));
    let end = match (reached < width, is_taker) {
        (_, true) => glyphs.arrow,
        (true, false) => glyphs.horizontal,
        (false, false) => " ",
    };
    let text: String = cells.iter().flatten().copied().chain([end]).collect();
    Line::of(text, Role::Route)
}

//! Where everything of a step stands: to draw it, to know what the mouse is at, and whether the words to compare can be
//! seen at all.

use super::super::prose;
use super::super::sheet::{Row, Sheet, Space, sheet};
use super::super::state::Wizard;
use super::below::below;
use super::rows::in_view;
use crate::handshake::guide::Step;
use crate::tui::state::State;
use crate::tui::widgets::draw::spans_width;
use crate::tui::widgets::text::{Line, wrap};
use ratatui::layout::Rect;

/// From this width on the steps stand on the left.
const RAIL_FROM: u16 = 100;
/// From this width on the words stand on the right.
const ASIDE_FROM: u16 = 112;
/// Columns of a frame and what it leaves free beside its text.
const FRAME: u16 = 5;

/// Where everything stands.
pub struct Place {
    /// The steps below each other.
    pub rail: Option<Rect>,
    /// The steps in a line, with a rule below it.
    pub steps: Option<Rect>,
    /// The words on the right.
    pub aside: Option<Rect>,
    /// Where the words stand below, and what they are.
    pub below: (Rect, Vec<Line>),
    /// Where the question begins.
    pub head: Rect,
    /// The question.
    pub question: Vec<String>,
    /// The line for what was done.
    pub note: Option<Rect>,
    /// Where the rows stand.
    pub rest: Rect,
    /// The rows.
    pub sheet: Sheet,
}

/// How the words to compare are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// All of them and both answers.
    InView,
    /// All at once if one scrolls.
    OutOfView,
    /// Not all of them in a window of this size.
    TooSmall,
}

/// Where everything stands on the screen as it is.
pub fn place(state: &State, wizard: &Wizard, body: Rect) -> Option<Place> {
    if body.width < 8 || body.height < 5 {
        return None;
    }
    let usual = arranged(state, wizard, body, false);
    if wizard.step() != Step::Words || usual.has_room_for_words() {
        return Some(usual);
    }
    // What people read to each other comes before everything else.
    Some(arranged(state, wizard, body, true))
}

/// How the words to compare are seen on the screen as it is.
pub fn comparison(state: &State, wizard: &Wizard) -> Comparison {
    match place(state, wizard, state.layout().body) {
        Some(place) if place.has_room_for_words() => match place.shows_words(wizard) {
            true => Comparison::InView,
            false => Comparison::OutOfView,
        },
        _ => Comparison::TooSmall,
    }
}

impl Place {
    /// Whether the words to compare and both answers fit here, where there are any.
    pub fn has_room_for_words(&self) -> bool {
        let Some(from) = self.sheet.words_from else {
            return true;
        };
        let wide = |row: &Row| match row {
            Row::Card(line) => spans_width(&line.spans) + FRAME,
            Row::Text(line) => spans_width(&line.spans),
            _ => 0,
        };
        let words = &self.sheet.rows[from..];
        words.len() <= usize::from(self.rest.height) && words.iter().all(|row| wide(row) <= self.rest.width)
    }

    fn shows_words(&self, wizard: &Wizard) -> bool {
        let Some(from) = self.sheet.words_from else {
            return true;
        };
        let (_, top) = in_view(wizard, &self.sheet, self.rest.height);
        top <= from && self.sheet.rows.len() <= top + usize::from(self.rest.height)
    }

    /// The row at a place of the screen.
    pub fn row_at(&self, wizard: &Wizard, x: u16, y: u16) -> Option<&Row> {
        if !self.rest.contains((x, y).into()) {
            return None;
        }
        let line = usize::from(y - self.rest.y);
        let (pinned, top) = in_view(wizard, &self.sheet, self.rest.height);
        let scrolled = if line < pinned { 0 } else { top };
        self.sheet.rows.get(line + scrolled)
    }

    /// How far the rows can be scrolled.
    pub fn most(&self) -> usize {
        self.sheet
            .rows
            .len()
            .saturating_sub(usize::from(self.rest.height))
    }
}

/// `is_bare`: without what is not needed to compare words.
fn arranged(state: &State, wizard: &Wizard, body: Rect, is_bare: bool) -> Place {
    let mut inner = Rect::new(body.x + 1, body.y + 1, body.width - 2, body.height - 2);
    let (mut rail, mut steps, mut aside) = (None, None, None);
    if body.width >= RAIL_FROM && wizard.step() != Step::Begin {
        let wide = if body.width >= 160 { 28 } else { 22 };
        rail = Some(Rect::new(inner.x, inner.y, wide, inner.height));
        inner = Rect::new(inner.x + wide, inner.y, inner.width - wide, inner.height);
    } else if wizard.step() != Step::Begin && !is_bare {
        steps = Some(inner);
        inner = Rect::new(inner.x, inner.y + 2, inner.width, inner.height.saturating_sub(2));
    }
    let mut under = (inner, Vec::new());
    if body.width >= ASIDE_FROM {
        let wide = (body.width * 3 / 10).clamp(34, 56);
        aside = Some(Rect::new(inner.right() - wide, inner.y, wide, inner.height));
        inner.width -= wide;
    } else if !is_bare {
        let wanted = wanted(state, wizard, inner);
        let lines = below(state, wizard, inner.width.saturating_sub(4), inner.height, wanted);
        let high = rows_of(&lines);
        under = (inner, lines);
        inner.height = inner.height.saturating_sub(if high == 0 { 0 } else { high + 1 });
    }
    let area = main_area(inner);
    let roomy = area.height >= 26;
    let question = match is_bare {
        true => Vec::new(),
        false => question(wizard, area.width),
    };
    let head = match is_bare {
        true => 0,
        false => u16::from(roomy) + rows_of(&question) + 1,
    };
    let top = area.y + u16::from(roomy);
    let mut rest = Rect::new(
        area.x,
        area.y + head.min(area.height),
        area.width,
        area.height.saturating_sub(head),
    );
    let note = wizard.note.is_some().then(|| {
        // On the frame, where no row is left for it.
        let y = if is_bare {
            rest.bottom()
        } else {
            rest.bottom().saturating_sub(1)
        };
        Rect::new(rest.x, y, rest.width, 1)
    });
    if note.is_some() && !is_bare {
        rest.height = rest.height.saturating_sub(1);
    }
    let sheet = match is_bare {
        true => sheet(state, wizard, rest.width, Space::Bare),
        false => fitting(state, wizard, rest),
    };
    Place {
        rail,
        steps,
        aside,
        below: under,
        head: Rect { y: top, ..area },
        question,
        note,
        rest,
        sheet,
    }
}

/// Where the question and its answers stand.
fn main_area(inner: Rect) -> Rect {
    Rect::new(
        inner.x + 2.min(inner.width),
        inner.y,
        inner.width.saturating_sub(4).min(100),
        inner.height,
    )
}

fn question(wizard: &Wizard, room: u16) -> Vec<String> {
    let mut lines = wrap(&prose::question(wizard), room);
    lines.truncate(2);
    lines
}

fn rows_of<T>(lines: &[T]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

/// How many rows the question and its answers want.
fn wanted(state: &State, wizard: &Wizard, inner: Rect) -> u16 {
    let room = main_area(inner).width;
    let sheet = sheet(state, wizard, room, Space::Usual);
    let note = u16::from(wizard.note.is_some());
    let head = rows_of(&question(wizard, room)) + 1 + note;
    rows_of(&sheet.rows).saturating_add(head)
}

/// The rows as spacious as there is room for. Lists and fields scroll; the words to compare are to be seen whole.
fn fitting(state: &State, wizard: &Wizard, rest: Rect) -> Sheet {
    let tall = rest.height >= 18;
    let usual = if tall { Space::Tall } else { Space::Usual };
    if wizard.step() != Step::Words {
        return sheet(state, wizard, rest.width, usual);
    }
    let spacious = [usual, Space::Usual].map(|space| sheet(state, wizard, rest.width, space));
    let fits = |sheet: &Sheet| sheet.rows.len() <= usize::from(rest.height);
    spacious
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| sheet(state, wizard, rest.width, Space::Tight))
}

//! Where everything stands on the map: parties in columns, from those who call to those who are called, and every door
//! a wire of its own.
//!
//! A layered drawing (Sugiyama, Tagawa and Toda 1981) on a grid of cells. Wires leave a box on even rows and enter one
//! on odd rows, and no two of a column share a row: so they cross, but never run upon each other. The same input always
//! gives the same picture.

/// How much longer than they must be wires are drawn at most, in columns.
const LONGEST_RUNWAY: u16 = 36;

/// A place on the map, from the left and from the top.
pub type Cell = (u16, u16);

/// Where a party stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Its left edge.
    pub x: u16,
    /// Its top edge.
    pub y: u16,
    /// Columns, edges included.
    pub width: u16,
    /// Rows, edges included.
    pub height: u16,
}

impl Frame {
    /// Its middle.
    pub fn middle(&self) -> Cell {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

/// Everything in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Where each party stands.
    pub frames: Vec<Frame>,
    /// The cells of each door, from the caller to the called, one beside the other; none for a door from a party to
    /// itself.
    pub wires: Vec<Vec<Cell>>,
    /// Columns and rows in all.
    pub size: (u16, u16),
    /// How many columns the last part of every wire is straight, before its head: room for words.
    pub runway: u16,
}

/// What stands in a column: a party, or a wire that passes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Party(usize),
    Passing,
}

/// A piece of a wire between two neighbouring columns: from an item of one to an item of the next.
#[derive(Debug, Clone, Copy)]
struct Piece {
    door: usize,
    from: usize,
    to: usize,
}

/// Lays out parties of these widths with these doors between them, in so many columns where it can: what is left over
/// makes the wires longer, up to a limit.
pub fn lay_out(widths: &[u16], doors: &[(usize, usize)], room: u16) -> Picture {
    let count = widths.len();
    let reversed = against_the_stream(count, doors);
    let arcs: Vec<(usize, usize)> = doors
        .iter()
        .zip(&reversed)
        .map(|((from, to), reversed)| if *reversed { (*to, *from) } else { (*from, *to) })
        .collect();
    let columns = columns(count, &arcs);
    let mut plan = Plan::new(count, &arcs, &columns);
    plan.order();
    let close = plan.draw(widths, &reversed, 0);
    let gaps = u16::try_from(plan.pieces.len()).unwrap_or(u16::MAX);
    let spare = room.saturating_sub(close.size.0);
    match spare.checked_div(gaps).unwrap_or(0).min(LONGEST_RUNWAY) {
        0 => close,
        runway => plan.draw(widths, &reversed, runway),
    }
}

/// Which doors lead back to where the stream came from: they are drawn from right to left.
fn against_the_stream(count: usize, doors: &[(usize, usize)]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Now,
        Done,
    }
    let mut seen = vec![Seen::Not; count];
    let mut reversed = vec![false; doors.len()];
    let out: Vec<Vec<usize>> = (0..count)
        .map(|party| {
            let of = |door: &usize| doors[*door].0 == party && doors[*door].1 != party;
            (0..doors.len()).filter(of).collect()
        })
        .collect();
    // Those whom nobody calls come first, so that streams begin there.
    let is_called = |party: usize| doors.iter().any(|(from, to)| *to == party && from != to);
    let (sources, others): (Vec<usize>, Vec<usize>) = (0..count).partition(|party| !is_called(*party));
    for first in sources.into_iter().chain(others) {
        if seen[first] != Seen::Not {
            continue;
        }
        seen[first] = Seen::Now;
        let mut stack = vec![(first, 0)];
        while let Some((party, place)) = stack.last_mut() {
            let Some(door) = out[*party].get(*place).copied() else {
                seen[*party] = Seen::Done;
                stack.pop();
                continue;
            };
            *place += 1;
            let to = doors[door].1;
            match seen[to] {
                Seen::Now => reversed[door] = true,
                Seen::Not => {
                    seen[to] = Seen::Now;
                    stack.push((to, 0));
                }
                Seen::Done => {}
            }
        }
    }
    reversed
}

/// The column of each party: to the right of everybody who calls it, and those who only call close to whom they call.
fn columns(count: usize, arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut columns = vec![0; count];
    // Without circles, the longest way has fewer steps than there are parties.
    for _ in 0..count {
        let mut changed = false;
        for (from, to) in arcs.iter().filter(|(from, to)| from != to) {
            if columns[*to] < columns[*from] + 1 {
                columns[*to] = columns[*from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut members = vec![0_usize; columns.iter().max().map_or(1, |last| last + 1).max(3)];
    let mut alone = Vec::new();
    for party in 0..count {
        let calls = arcs
            .iter()
            .filter(|(from, to)| *from == party && to != from)
            .map(|(_, to)| columns[*to])
            .min();
        let is_called = arcs.iter().any(|(from, to)| *to == party && from != to);
        match (calls, is_called) {
            (None, false) => alone.push(party),
            (Some(nearest), false) => columns[party] = nearest - 1,
            _ => {}
        }
        if calls.is_some() || is_called {
            members[columns[party]] += 1;
        }
    }
    // Whoever has to do with nobody fills the emptiest column.
    for party in alone {
        let place = (0..members.len())
            .min_by_key(|place| members[*place])
            .unwrap_or(0);
        columns[party] = place;
        members[place] += 1;
    }
    columns
}

struct Plan {
    /// The items of each column, from the top.
    columns: Vec<Vec<Item>>,
    /// The pieces from each column to the next.
    pieces: Vec<Vec<Piece>>,
    /// How many doors there are.
    doors: usize,
}

impl Plan {
    fn new(count: usize, arcs: &[(usize, usize)], places: &[usize]) -> Self {
        let width = places.iter().max().map_or(0, |last| last + 1);
        let mut columns = vec![Vec::new(); width];
        let mut at = vec![0; count];
        for party in 0..count {
            at[party] = columns[places[party]].len();
            columns[places[party]].push(Item::Party(party));
        }
        let mut pieces = vec![Vec::new(); width.saturating_sub(1)];
        for (door, (from, to)) in arcs.iter().enumerate().filter(|(_, (from, to))| from != to) {
            let mut item = at[*from];
            for column in places[*from]..places[*to] {
                let next = if column + 1 == places[*to] {
                    at[*to]
                } else {
                    columns[column + 1].push(Item::Passing);
                    columns[column + 1].len() - 1
                };
                pieces[column].push(Piece {
                    door,
                    from: item,
                    to: next,
                });
                item = next;
            }
        }
        Self {
            columns,
            pieces,
            doors: arcs.len(),
        }
    }

    /// Orders each column so that wires cross little: everybody stands near the middle of whom they have to do with.
    fn order(&mut self) {
        for sweep in 0..6 {
            if sweep % 2 == 0 {
                for column in 1..self.columns.len() {
                    let pulls = self.pieces[column - 1].iter().map(|piece| (piece.to, piece.from));
                    let order = middles(self.columns[column].len(), pulls);
                    self.arrange(column, &order);
                }
            } else {
                for column in (0..self.columns.len().saturating_sub(1)).rev() {
                    let pulls = self.pieces[column].iter().map(|piece| (piece.from, piece.to));
                    let order = middles(self.columns[column].len(), pulls);
                    self.arrange(column, &order);
                }
            }
        }
    }

    /// Puts the items of a column into this order, given by their old places.
    fn arrange(&mut self, column: usize, order: &[usize]) {
        let old = std::mem::take(&mut self.columns[column]);
        let mut new_place = vec![0; old.len()];
        for (new, before) in order.iter().enumerate() {
            new_place[*before] = new;
        }
        self.columns[column] = order.iter().map(|before| old[*before]).collect();
        if column > 0 {
            for piece in &mut self.pieces[column - 1] {
                piece.to = new_place[piece.to];
            }
        }
        if let Some(pieces) = self.pieces.get_mut(column) {
            for piece in pieces {
                piece.from = new_place[piece.from];
            }
        }
    }

    /// How many wires enter and leave an item.
    fn ports(&self, column: usize, item: usize) -> (u16, u16) {
        let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let enter = match column {
            0 => 0,
            _ => self.pieces[column - 1]
                .iter()
                .filter(|piece| piece.to == item)
                .count(),
        };
        let leave = self.pieces.get(column).map_or(0, |pieces| {
            pieces.iter().filter(|piece| piece.from == item).count()
        });
        (count(enter), count(leave))
    }

    fn height(&self, column: usize, item: usize) -> u16 {
        let (enter, leave) = self.ports(column, item);
        match self.columns[column][item] {
            Item::Party(_) => 2 + 2 * enter.max(leave).max(1),
            Item::Passing => 2,
        }
    }

    /// The top of each item; all are even. Short columns stand in the middle.
    fn tops(&self) -> Vec<Vec<u16>> {
        let heights: Vec<Vec<u16>> = (0..self.columns.len())
            .map(|column| {
                let items = 0..self.columns[column].len();
                items.map(|item| self.height(column, item)).collect()
            })
            .collect();
        let tallest = heights.iter().map(|column| column.iter().sum::<u16>()).max();
        heights
            .iter()
            .map(|column| {
                let spare = tallest.unwrap_or(0) - column.iter().sum::<u16>();
                let mut y = spare / 4 * 2;
                column
                    .iter()
                    .map(|height| {
                        let top = y;
                        y += height;
                        top
                    })
                    .collect()
            })
            .collect()
    }

    fn draw(&self, widths: &[u16], reversed: &[bool], runway: u16) -> Picture {
        let tops = self.tops();
        let mut frames = vec![
            Frame {
                x: 0,
                y: 0,
                width: 0,
                height: 0
            };
            widths.len()
        ];
        let mut wires = vec![Vec::new(); self.doors];
        let (mut x, mut bottom) = (0, 0);
        for (column, items) in self.columns.iter().enumerate() {
            let width = self.width(column, widths);
            let rows = self.rows(column, &tops);
            for (item, what) in items.iter().enumerate() {
                let (y, height) = (tops[column][item], self.height(column, item));
                bottom = bottom.max(y + height);
                match what {
                    Item::Party(party) => frames[*party] = Frame { x, y, width, height },
                    Item::Passing => self.pass(column, item, (x, width), y, &mut wires),
                }
            }
            x += width;
            if column < self.pieces.len() {
                x += self.connect(column, (x, runway), &rows, &mut wires);
            }
        }
        for (wire, reversed) in wires.iter_mut().zip(reversed) {
            if *reversed {
                wire.reverse();
            }
        }
        Picture {
            frames,
            wires,
            size: (x, bottom),
            runway,
        }
    }

    fn width(&self, column: usize, widths: &[u16]) -> u16 {
        let wanted = self.columns[column].iter().map(|item| match item {
            Item::Party(party) => widths[*party],
            Item::Passing => 3,
        });
        wanted.max().unwrap_or(0)
    }

    /// For each piece to the next column, the rows on which it leaves and enters.
    fn rows(&self, column: usize, tops: &[Vec<u16>]) -> Vec<(u16, u16)> {
        let Some(pieces) = self.pieces.get(column) else {
            return Vec::new();
        };
        pieces
            .iter()
            .enumerate()
            .map(|(place, piece)| {
                // Wires of one box keep the order of what is at their other ends.
                let before =
                    |other: &&(usize, &Piece), own: usize, theirs: usize| (theirs, other.0) < (own, place);
                let all: Vec<(usize, &Piece)> = pieces.iter().enumerate().collect();
                let leaves = all
                    .iter()
                    .filter(|other| other.1.from == piece.from && before(other, piece.to, other.1.to))
                    .count();
                let enters = all
                    .iter()
                    .filter(|other| other.1.to == piece.to && before(other, piece.from, other.1.from))
                    .count();
                let row = |count: usize| 2 * u16::try_from(count).unwrap_or(0);
                let from = match self.columns[column][piece.from] {
                    Item::Party(_) => tops[column][piece.from] + 2 + row(leaves),
                    Item::Passing => tops[column][piece.from],
                };
                (from, tops[column + 1][piece.to] + 1 + row(enters))
            })
            .collect()
    }

    /// A wire passes through a column: in on the odd row, out on the even one above it.
    fn pass(&self, column: usize, item: usize, (x, width): (u16, u16), y: u16, wires: &mut [Vec<Cell>]) {
        let Some(piece) = self.pieces[column].iter().find(|piece| piece.from == item) else {
            return;
        };
        let jog = x + width / 2;
        let wire = &mut wires[piece.door];
        wire.extend((x..=jog).map(|x| (x, y + 1)));
        wire.extend((jog..x + width).map(|x| (x, y)));
    }

    /// Connects a column with the next; gives the columns that this takes.
    fn connect(
        &self,
        column: usize,
        (x, runway): (u16, u16),
        rows: &[(u16, u16)],
        wires: &mut [Vec<Cell>],
    ) -> u16 {
        let tracks = tracks(rows);
        let count = tracks.iter().max().map_or(0, |last| last + 1);
        let width = count + 4 + runway;
        for ((piece, (from, to)), track) in self.pieces[column].iter().zip(rows).zip(&tracks) {
            let turn = x + 2 + track;
            let wire = &mut wires[piece.door];
            wire.extend((x..=turn).map(|x| (x, *from)));
            if from < to {
                wire.extend((from + 1..=*to).map(|y| (turn, y)));
            } else {
                wire.extend((*to..*from).rev().map(|y| (turn, y)));
            }
            wire.extend((turn + 1..x + width).map(|x| (x, *to)));
        }
        width
    }
}

/// The order of the items of a column by the middle of what each is pulled to; whatever nothing pulls stays.
fn middles(count: usize, pulls: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut sums = vec![(0_usize, 0_usize); count];
    for (item, other) in pulls {
        sums[item].0 += other;
        sums[item].1 += 1;
    }
    let mut order: Vec<usize> = (0..count).collect();
    // In thousandths, so that whole numbers decide and nothing depends on rounding.
    order.sort_by_key(|item| match sums[*item] {
        (_, 0) => (item * 1_000, *item),
        (sum, pulls) => (sum * 1_000 / pulls, *item),
    });
    order
}

/// A track for the vertical part of each wire, so that parts on one track do not touch.
fn tracks(rows: &[(u16, u16)]) -> Vec<u16> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let span = |place: usize| {
        let (from, to) = rows[place];
        (from.min(to), from.max(to))
    };
    order.sort_by_key(|place| (span(*place), *place));
    let mut ends: Vec<u16> = Vec::new();
    let mut tracks = vec![0; rows.len()];
    for place in order {
        let (top, bottom) = span(place);
        let free = ends.iter().position(|end| *end < top);
        let track = free.unwrap_or(ends.len());
        if track == ends.len() {
            ends.push(bottom);
        } else {
            ends[track] = bottom;
        }
        tracks[place] = u16::try_from(track).unwrap_or(0);
    }
    tracks
}

#[cfg(test)]
mod tests;

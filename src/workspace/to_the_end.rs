//! A list of pointers read to its end, page after page, from an instance that may say anything: it has to come to an end.

use super::Failure;
use super::session::Session;
use crate::protocol::Code;
use crate::store::{PointerPage, PointerQuery, Start};

/// More rows than an instance says that it has are taken for this many that came while it was read.
const CAME_MEANWHILE: u64 = 10_000;

/// How far it is.
#[derive(Default)]
pub(super) struct ToTheEnd {
    rows: u64,
    total: u64,
}

impl ToTheEnd {
    /// Where the next page begins after this one, which was asked for so; none at the end.
    pub(super) fn after(
        &mut self,
        session: &Session<'_>,
        asked: &PointerQuery,
        page: &PointerPage,
    ) -> Result<Option<Start>, Failure> {
        match self.next(
            &asked.start,
            page.pointers.len(),
            page.total,
            page.next.as_deref(),
        ) {
            Ok(next) => Ok(next),
            Err(why) => Err(Failure::new(
                Code::PeerGarbage,
                format!("the list of pointers has no end: {why}"),
                "ask whoever runs the instance what is wrong with it",
            )
            .on(session.record.name.as_str())),
        }
    }

    fn next(
        &mut self,
        asked: &Start,
        rows: usize,
        total: Option<u64>,
        next: Option<&str>,
    ) -> Result<Option<Start>, String> {
        self.rows += rows as u64;
        self.total = self.total.max(total.unwrap_or(0));
        let Some(next) = next.map(|next| Start::After(next.to_owned())) else {
            return Ok(None);
        };
        if next == *asked {
            return Err("it goes on from where it was".to_owned());
        }
        let most = self.total.saturating_mul(2).saturating_add(CAME_MEANWHILE);
        if self.total > 0 && self.rows > most {
            return Err(format!("of {} there came {} already", self.total, self.rows));
        }
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(place: &str) -> Start {
        Start::After(place.to_owned())
    }

    #[test]
    fn a_list_that_goes_on_from_where_it_was_or_beyond_its_total_is_not_read() {
        let mut reading = ToTheEnd::default();
        let first = reading.next(&Start::First, 1_000, Some(1_000), Some("a"));
        assert_eq!(first, Ok(Some(after("a"))));
        assert!(reading.next(&after("a"), 1_000, Some(1_000), Some("a")).is_err());

        let mut reading = ToTheEnd::default();
        let turns = ["a", "b"].into_iter().cycle().zip(["b", "a"].into_iter().cycle());
        let read = turns.take(100).take_while(|(asked, next)| {
            let read = reading.next(&after(asked), 1_000, Some(1_000), Some(next));
            read.is_ok()
        });
        assert_eq!(read.count(), 12);
    }

    #[test]
    fn whatever_an_honest_instance_gives_is_read() {
        let mut reading = ToTheEnd::default();
        for (asked, next) in [("a", "b"), ("b", "c"), ("c", "d")] {
            // It is not counted, and a page may come to nothing.
            assert_eq!(
                reading.next(&after(asked), 0, None, Some(next)),
                Ok(Some(after(next)))
            );
        }
        assert_eq!(reading.next(&after("d"), 3, None, None), Ok(None));
    }
}

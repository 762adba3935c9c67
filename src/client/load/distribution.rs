//! How values are spread: what percentiles and histograms are read from. Pure, and small enough to be kept.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Values in microseconds with how often each came, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Distribution(Vec<(u64, u64)>);

/// One bar of a histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// From here on, microseconds.
    pub from_us: u64,
    /// Up to below here.
    pub to_us: u64,
    /// How many values.
    pub count: u64,
}

/// Bars for each doubling.
const BARS_PER_DOUBLING: i32 = 4;

impl Distribution {
    /// Of everything that was recorded.
    pub fn of(histogram: &Histogram<u64>) -> Self {
        let values = histogram.iter_recorded();
        Self(
            values
                .map(|step| (step.value_iterated_to(), step.count_at_value()))
                .collect(),
        )
    }

    /// Adds what is in another one.
    pub fn merge(&mut self, other: &Self) {
        let (mine, theirs) = (std::mem::take(&mut self.0), &other.0);
        let mut merged = Vec::with_capacity(mine.len() + theirs.len());
        let (mut left, mut right) = (mine.into_iter().peekable(), theirs.iter().copied().peekable());
        while let (Some(&(a, many)), Some(&(b, more))) = (left.peek(), right.peek()) {
            merged.push((
                a.min(b),
                if a < b {
                    many
                } else if b < a {
                    more
                } else {
                    many + more
                },
            ));
            if a <= b {
                left.next();
            }
            if b <= a {
                right.next();
            }
        }
        merged.extend(left);
        merged.extend(right);
        self.0 = merged;
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The value that this share of all (0 to 1) does not exceed; 0 where there are none.
    pub fn percentile(&self, share: f64) -> u64 {
        let wanted = ((self.count() as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (value, count) in &self.0 {
            seen += count;
            if seen >= wanted {
                return *value;
            }
        }
        self.max()
    }

    /// The largest value.
    pub fn max(&self) -> u64 {
        self.0.last().map_or(0, |(value, _)| *value)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self
            .0
            .iter()
            .map(|(value, count)| *value as f64 * *count as f64)
            .sum();
        sum / (self.count().max(1) as f64)
    }

    /// Bars of equal width on a logarithmic axis, from the first to the last that is not empty.
    pub fn buckets(&self) -> Vec<Bucket> {
        let (Some((least, _)), Some((most, _))) = (self.0.first(), self.0.last()) else {
            return Vec::new();
        };
        let place = |value: u64| ((value.max(1) as f64).log2() * f64::from(BARS_PER_DOUBLING)).floor() as i32;
        let edge = |place: i32| (f64::from(place) / f64::from(BARS_PER_DOUBLING)).exp2().ceil() as u64;
        let first = place(*least);
        let mut buckets: Vec<Bucket> = (first..=place(*most))
            .map(|place| Bucket {
                from_us: edge(place),
                to_us: edge(place + 1),
                count: 0,
            })
            .collect();
        for (value, count) in &self.0 {
            let index = usize::try_from(place(*value) - first).unwrap_or(0);
            buckets[index].count += count;
        }
        // Below a few microseconds several bars stand for the same whole number.
        buckets.retain(|bucket| bucket.count > 0 || bucket.to_us > bucket.from_us);
        buckets
    }
}

impl FromIterator<u64> for Distribution {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Self {
        let mut sorted: Vec<u64> = values.into_iter().collect();
        sorted.sort_unstable();
        let mut counted: Vec<(u64, u64)> = Vec::new();
        for value in sorted {
            match counted.last_mut() {
                Some((last, count)) if *last == value => *count += 1,
                _ => counted.push((value, 1)),
            }
        }
        Self(counted)
    }
}

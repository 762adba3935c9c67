//! What is printed of a load.

use crate::cli::table::Table;
use crate::cli::words;
use crate::client::load::{Change, Distribution, Figures, Pace, Plan, Stage, Verdict, compare};
use crate::workspace::{LoadReport, SavedLoad};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Columns of the longest bar.
const BAR: u64 = 40;
const PERCENTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)];

/// How the calls follow each other, in words.
pub fn pace(pace: &Pace) -> String {
    match pace {
        Pace::Open { rate, .. } => format!("{rate} calls a second"),
        Pace::Closed { callers: 1 } => "1 caller".to_owned(),
        Pace::Closed { callers } => format!("{callers} callers at once"),
    }
}

/// The figures for scripts: of all routes together, and of each.
pub fn value(report: &LoadReport, before: Option<&SavedLoad>) -> Value {
    let (mut latency, mut service) = (Distribution::default(), Distribution::default());
    let mut errors: BTreeMap<&str, u64> = BTreeMap::new();
    let all = || report.lanes.iter().map(|(_, figures)| figures);
    for figures in all() {
        latency.merge(&figures.latency);
        service.merge(&figures.service);
        for (code, count) in &figures.errors {
            *errors.entry(code).or_default() += count;
        }
    }
    let elapsed_us = all().map(|figures| figures.elapsed_us).max().unwrap_or(0);
    let sum = |of: fn(&Figures) -> u64| all().map(of).sum::<u64>();
    let open = all().any(|figures| matches!(figures.pace, Pace::Open { .. }));
    let mut value = json!({
        "requests": sum(|figures| figures.requests),
        "errors": errors,
        "elapsed_s": elapsed_us as f64 / 1e6,
        "rate": sum(|figures| figures.requests) as f64 / (elapsed_us.max(1) as f64 / 1e6),
        "latency_us": percentiles(&latency),
        "histogram": latency.buckets(),
        "uncorrected_us": percentiles(&service),
        "correction": if open { "from the moment at which each call was due" } else { "computed from the usual answer time" },
        "late": sum(|figures| figures.late),
        "not_started": sum(|figures| figures.not_started),
        "unfinished": sum(|figures| figures.unfinished),
        "log_id": report.log_id,
        "stopped": all().any(|figures| figures.stage == Stage::Stopped),
        "routes": report.lanes.iter().map(|(label, figures)| lane(label, figures, report)).collect::<Vec<_>>(),
    });
    if let Some(before) = before {
        value["compared_with"] = json!(before.name);
        value["changes"] = report
            .lanes
            .iter()
            .filter_map(|(label, figures)| {
                Some((label.clone(), json!(compare(before.lane(label)?, figures))))
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    value
}

fn lane(label: &str, figures: &Figures, report: &LoadReport) -> Value {
    let samples = report.samples.iter().find(|(known, _)| known == label);
    json!({
        "route": label,
        "requests": figures.requests,
        "errors": figures.errors,
        "elapsed_s": figures.elapsed_us as f64 / 1e6,
        "rate": figures.rate(),
        "latency_us": percentiles(&figures.latency),
        "uncorrected_us": percentiles(&figures.service),
        "histogram": figures.latency.buckets(),
        "late": figures.late,
        "not_started": figures.not_started,
        "unfinished": figures.unfinished,
        "phases": figures.phases,
        "traced": figures.traced,
        "shares": figures.shares,
        "log": samples.map(|(_, lines)| lines),
    })
}

fn percentiles(spread: &Distribution) -> Value {
    let mut values = serde_json::Map::new();
    // Of no calls at all there is none: 0 would look like a very good one.
    let known = |value| (spread.count() > 0).then_some(value);
    for (name, share) in PERCENTILES {
        values.insert(name.to_owned(), json!(known(spread.percentile(share))));
    }
    values.insert("max".to_owned(), json!(known(spread.max())));
    values.into()
}

/// The figures for people.
pub fn text(report: &LoadReport, before: Option<&SavedLoad>) -> String {
    let mut text = String::new();
    let mut table = Table::new([
        "ROUTE", ">CALLS", ">RATE/S", ">P50", ">P90", ">P99", ">P99.9", ">MAX", ">ERRORS",
    ]);
    for (label, figures) in &report.lanes {
        let known = |text: String| {
            if figures.requests > 0 {
                text
            } else {
                "-".to_owned()
            }
        };
        let at = |share| known(words::duration(figures.latency.percentile(share)));
        table.row([
            label.clone(),
            words::count(figures.requests),
            known(format!("{:.1}", figures.rate())),
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            known(words::duration(figures.latency.max())),
            words::count(figures.failed()),
        ]);
    }
    text.push_str(&table.to_text());
    for (label, figures) in &report.lanes {
        text.push_str(&format!("\n{label}\n"));
        text.push_str(&histogram(&figures.latency));
        text.push_str(&remarks(figures));
        if let Some(old) = before.and_then(|before| before.lane(label)) {
            let name = before.map_or("", |before| before.name.as_str());
            text.push_str(&changes(name, &compare(old, figures)));
        }
    }
    let lines: Vec<String> = report
        .samples
        .iter()
        .flat_map(|(_, lines)| lines)
        .map(u64::to_string)
        .collect();
    if let Some(id) = report.log_id {
        text.push_str(&format!("\nLine {id} of the invoke log sums it up"));
        if lines.is_empty() {
            text.push_str(".\n");
        } else {
            text.push_str(&format!("; its slowest traced calls are {}.\n", lines.join(", ")));
        }
    }
    text
}

fn histogram(spread: &Distribution) -> String {
    let buckets = spread.buckets();
    let most = buckets
        .iter()
        .map(|bucket| bucket.count)
        .max()
        .unwrap_or(0)
        .max(1);
    let mut text = String::new();
    for bucket in buckets {
        let long = (bucket.count * BAR).div_ceil(most);
        let bar = "#".repeat(usize::try_from(long).unwrap_or(0));
        let line = format!(
            "  {:>9}  {bar:<40} {}",
            words::duration(bucket.from_us),
            words::count(bucket.count)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn remarks(figures: &Figures) -> String {
    let alone = |share| words::duration(figures.service.percentile(share));
    let mut text = match figures.pace {
        _ if figures.requests == 0 => "  nothing measured\n".to_owned(),
        Pace::Open { .. } => format!(
            "  latencies count from the moment at which each call was due; by itself: p50 {}, p99 {}\n",
            alone(0.5),
            alone(0.99)
        ),
        Pace::Closed { .. } => format!(
            "  corrected by the calls that others would have made meanwhile; as measured: p50 {}, p99 {}\n",
            alone(0.5),
            alone(0.99)
        ),
    };
    if figures.late + figures.not_started + figures.unfinished > 0 {
        text.push_str(&format!(
            "  behind schedule: {} begun late, {} never begun; {} cut off by the stop\n",
            words::count(figures.late),
            words::count(figures.not_started),
            words::count(figures.unfinished)
        ));
    }
    for (code, count) in &figures.errors {
        text.push_str(&format!("  error {code}: {}\n", words::count(*count)));
    }
    let phases: Vec<String> = figures
        .phases
        .iter()
        .map(|phase| {
            format!(
                "{} {}",
                phase.phase.as_str(),
                words::duration(phase.total_us / phase.count.max(1))
            )
        })
        .collect();
    text.push_str(&format!("  phases of an exchange, mean: {}\n", phases.join(", ")));
    let whole: u64 = figures.shares.iter().map(|share| share.total_us).sum();
    if whole > 0 {
        let shares: Vec<String> = figures
            .shares
            .iter()
            .map(|share| {
                format!(
                    "{} {:.0} %",
                    share.place,
                    share.total_us as f64 * 100.0 / whole as f64
                )
            })
            .collect();
        text.push_str(&format!(
            "  time by hop, from {} traced calls: {}\n",
            words::count(figures.traced),
            shares.join(", ")
        ));
    }
    text
}

fn changes(name: &str, changes: &[Change]) -> String {
    let mut table = Table::new([">FIGURE", ">BEFORE", ">NOW", ">CHANGE", ""]);
    for change in changes {
        let shown = |value: f64| match change.what.as_str() {
            "rate" => format!("{value:.1}"),
            "errors" => words::count(value as u64),
            // No call takes no time: there was none.
            _ if value == 0.0 => "-".to_owned(),
            _ => words::duration(value as u64),
        };
        let is_known =
            change.before > 0.0 && (change.after > 0.0 || matches!(change.what.as_str(), "rate" | "errors"));
        let percent = if is_known {
            format!("{:+.1} %", (change.after / change.before - 1.0) * 100.0)
        } else {
            "-".to_owned()
        };
        let verdict = match change.verdict {
            Verdict::Differs => "more than noise",
            Verdict::Noise => "noise",
            Verdict::TooFew => "cannot tell",
        };
        table.row([
            change.what.clone(),
            shown(change.before),
            shown(change.after),
            percent,
            verdict.to_owned(),
        ]);
    }
    format!(
        "\n  compared with {name}\n{}  noise: the means of eight stretches of each run lie within three standard errors\n",
        table.to_text()
    )
}

/// A kept run in a list, for scripts.
pub fn row(saved: &SavedLoad) -> Value {
    let requests: u64 = saved.lanes.iter().map(|(_, figures)| figures.requests).sum();
    json!({
        "name": saved.name,
        "at": saved.at,
        "instance": saved.instance,
        "routes": saved.lanes.iter().map(|(label, _)| label).collect::<Vec<_>>(),
        "requests": requests,
    })
}

/// Kept runs for people.
pub fn list(saved: &[SavedLoad]) -> String {
    let mut table = Table::new(["NAME", "KEPT", "INSTANCE", "LOAD", "ROUTES", ">P50", ">P99"]);
    for run in saved {
        let mut latency = Distribution::default();
        run.lanes
            .iter()
            .for_each(|(_, figures)| latency.merge(&figures.latency));
        let labels: Vec<&str> = run.lanes.iter().map(|(label, _)| label.as_str()).collect();
        table.row([
            run.name.clone(),
            words::moment(run.at),
            run.instance.to_string(),
            pace(&run.plan.pace),
            labels.join(", "),
            words::duration(latency.percentile(0.5)),
            words::duration(latency.percentile(0.99)),
        ]);
    }
    table.to_text()
}

/// What a kept run was, in a line.
pub fn heading(saved: &SavedLoad) -> String {
    let (at, pace) = (words::moment(saved.at), pace(&saved.plan.pace));
    format!(
        "{}: {} with {pace}, kept {at}\n{}",
        saved.name, saved.instance, saved.target
    )
}

/// How far a run is, for people who watch it.
pub struct Progress(ProgressBar, Option<Duration>, Option<u64>);

impl Progress {
    /// Shown on a terminal only.
    pub fn new(hidden: bool, plan: &Plan) -> Self {
        let bar = if hidden {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(1_000)
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
            bar.set_style(style);
        }
        Self(bar, plan.duration, plan.count)
    }

    /// Tells how far it is.
    pub fn tell(&self, lanes: &[Figures]) {
        let Some(first) = lanes.first() else { return };
        let elapsed = first.elapsed_us as f64 / 1e6;
        let by_time = self.1.map(|all| elapsed / all.as_secs_f64().max(1e-3));
        let by_count = self.2.map(|all| first.requests as f64 / all.max(1) as f64);
        let far = by_time.unwrap_or(0.0).max(by_count.unwrap_or(0.0)).min(1.0);
        let requests: u64 = lanes.iter().map(|figures| figures.requests).sum();
        let failed: u64 = lanes.iter().map(Figures::failed).sum();
        let behind: u64 = lanes.iter().map(|figures| figures.behind).sum();
        let (p50, p99) = (first.latency.percentile(0.5), first.latency.percentile(0.99));
        self.0.set_position((far * 1_000.0) as u64);
        self.0.set_message(format!(
            "{elapsed:.0} s  {} calls  p50 {}  p99 {}  {failed} errors  {behind} behind",
            words::count(requests),
            words::duration(p50),
            words::duration(p99)
        ));
    }

    /// Takes it off the screen.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

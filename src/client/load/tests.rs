//! The laws of schedule and figures, and whole runs on held time.

use super::*;
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn open(rate: f64, seconds: u64) -> Plan {
    Plan {
        pace: Pace::Open {
            rate,
            arrivals: Arrivals::Constant,
        },
        warm_up: Duration::ZERO,
        duration: Some(Duration::from_secs(seconds)),
        count: None,
        in_flight: 64,
        trace_every: 0,
    }
}

/// A server that answers in a time that depends on when it is asked.
struct Server {
    began: Instant,
    takes: fn(Duration) -> Duration,
}

impl Transport for Server {
    async fn send(&self, _: u64, _: bool) -> Sent {
        sleep((self.takes)(self.began.elapsed())).await;
        Sent::default()
    }
}

async fn load(plan: Plan, takes: fn(Duration) -> Duration) -> Figures {
    let (_wish, wishes) = watch::channel(Wish::Go);
    let (progress, _) = watch::channel(Figures::nothing(&plan, ms(200)));
    let began = Instant::now();
    run(plan, Arc::new(Server { began, takes }), wishes, progress).await
}

proptest! {
    #[test]
    fn calls_are_due_in_order_and_as_many_as_the_rate_says(rate in 1.0f64..5_000.0) {
        let due: Vec<_> = Schedule::new(rate, Arrivals::Constant).take(100).collect();
        prop_assert!(due.windows(2).all(|pair| pair[0] <= pair[1]));
        let second = Schedule::new(rate, Arrivals::Constant).due_by(Duration::from_secs(1), u64::MAX);
        prop_assert!((second as f64 - rate).abs() <= 1.5, "{second} at {rate}");
    }

    #[test]
    fn strangers_come_in_order_and_about_as_often(seed: u64) {
        let due: Vec<_> = Schedule::new(100.0, Arrivals::Poisson { seed }).take(10_000).collect();
        prop_assert!(due.windows(2).all(|pair| pair[0] <= pair[1]));
        let seconds = due[9_999].as_secs_f64();
        // Ten standard deviations.
        prop_assert!((90.0..110.0).contains(&seconds), "{seconds}");
    }

    #[test]
    fn recorders_merged_are_one_recorder(
        calls in prop::collection::vec((0u64..500, 1u64..2_000, prop::option::of(0u8..3), 0usize..4), 0..200)
    ) {
        let (mut one, mut many) = (Recorder::default(), vec![Recorder::default(); 4]);
        for (lag, service, error, lane) in calls {
            let code = error.map(|error| format!("code_{error}"));
            one.record(ms(lag), ms(service), code.as_deref());
            many[lane].record(ms(lag), ms(service), code.as_deref());
        }
        let mut merged = Recorder::default();
        many.iter().for_each(|lane| merged.merge(lane));
        prop_assert_eq!(merged, one);
    }

    #[test]
    fn what_waited_is_never_faster_than_what_it_waited_for(
        calls in prop::collection::vec((0u64..5_000, 1u64..5_000), 1..200)
    ) {
        let mut recorder = Recorder::default();
        for (lag, service) in calls {
            recorder.record(ms(lag), ms(service), None);
        }
        let (latency, service) = (Distribution::of(&recorder.latency), Distribution::of(&recorder.service));
        for share in [0.0, 0.5, 0.9, 0.99, 0.999, 1.0] {
            prop_assert!(latency.percentile(share) >= service.percentile(share));
        }
    }

    #[test]
    fn spreads_merged_are_one_spread(
        one in prop::collection::vec(1u64..100_000, 0..100),
        other in prop::collection::vec(1u64..100_000, 0..100)
    ) {
        let mut merged: Distribution = one.iter().copied().collect();
        merged.merge(&other.iter().copied().collect());
        let both: Distribution = one.iter().chain(&other).copied().collect();
        prop_assert_eq!(merged.buckets().iter().map(|bucket| bucket.count).sum::<u64>(), both.count());
        prop_assert_eq!(merged, both);
    }

    #[test]
    fn a_pause_adds_nothing(before in 0u64..10_000, pause in 0u64..100_000, after in 0u64..10_000) {
        let began = Instant::now();
        let mut timeline = Timeline::begin(began);
        timeline.pause(began + ms(before));
        prop_assert_eq!(timeline.active(began + ms(before + pause / 2)), ms(before));
        timeline.resume(began + ms(before + pause));
        prop_assert_eq!(timeline.active(began + ms(before + pause + after)), ms(before + after));
        let due = timeline.instant_of(ms(before + after));
        prop_assert_eq!(due, began + ms(before + pause + after));
    }
}

#[tokio::test(start_paused = true)]
async fn an_even_server_answers_every_call_in_its_time() {
    let figures = load(open(100.0, 10), |_| ms(20)).await;
    assert_eq!(figures.stage, Stage::Finished);
    assert_eq!(figures.requests, 1_000);
    assert_eq!((figures.late, figures.not_started, figures.failed()), (0, 0, 0));
    assert!((20_000..22_000).contains(&figures.latency.percentile(0.99)));
    assert_eq!(
        figures
            .windows
            .points
            .iter()
            .map(|window| window.requests)
            .sum::<u64>(),
        1_000
    );
}

#[tokio::test(start_paused = true)]
async fn a_stall_shows_in_the_percentiles_of_those_who_waited() {
    // Between the second and the third second nobody is answered before the third.
    let stalls = |asked: Duration| {
        if (2..3).contains(&asked.as_secs()) {
            Duration::from_secs(3) - asked
        } else {
            ms(1)
        }
    };
    let few = Plan {
        in_flight: 1,
        ..open(100.0, 10)
    };
    let figures = load(few, stalls).await;
    // One call took a second; a hundred were due meanwhile, and waited half of it on average.
    assert!(
        figures.service.percentile(0.99) < 5_000,
        "{}",
        figures.service.percentile(0.99)
    );
    assert!(
        figures.latency.percentile(0.99) > 800_000,
        "{}",
        figures.latency.percentile(0.99)
    );
    assert!(figures.late > 90, "{}", figures.late);
    assert_eq!(figures.requests, 1_000);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_begin_is_counted() {
    let few = Plan {
        in_flight: 1,
        ..open(100.0, 10)
    };
    let figures = load(few, |_| ms(100)).await;
    assert_eq!(figures.requests + figures.not_started, 1_000);
    assert!((95..=101).contains(&figures.requests), "{}", figures.requests);
}

#[tokio::test(start_paused = true)]
async fn what_the_warm_up_left_behind_takes_no_time_of_what_is_counted() {
    for (rate, seconds_of_warm_up) in [(20.0, 1), (60.0, 1), (600.0, 1), (600.0, 0)] {
        let plan = Plan {
            in_flight: 1,
            warm_up: Duration::from_secs(seconds_of_warm_up),
            ..open(rate, 5)
        };
        let figures = load(plan, |_| ms(100)).await;
        assert!(
            (48..=51).contains(&figures.requests),
            "{rate}: {}",
            figures.requests
        );
        let due = (rate * 5.0) as u64;
        assert_eq!(figures.requests + figures.not_started, due, "{rate}");
        // Those who waited, waited since their call was due.
        assert!(figures.latency.percentile(0.99) > 1_000_000, "{rate}");
    }
}

#[tokio::test(start_paused = true)]
async fn callers_who_wait_are_corrected_and_said_to_be() {
    let stalls = |asked: Duration| {
        if asked.as_secs() == 2 {
            Duration::from_secs(2)
        } else {
            ms(10)
        }
    };
    let plan = Plan {
        pace: Pace::Closed { callers: 1 },
        ..open(1.0, 10)
    };
    let figures = load(plan, stalls).await;
    assert!(figures.service.percentile(0.99) < 20_000);
    assert!(figures.latency.percentile(0.99) > 1_000_000);
    assert_eq!(figures.latency.max(), figures.service.max());
}

#[tokio::test(start_paused = true)]
async fn a_run_of_so_many_calls_makes_so_many_after_its_warm_up() {
    let plan = Plan {
        warm_up: Duration::from_secs(2),
        duration: None,
        count: Some(300),
        ..open(100.0, 0)
    };
    let figures = load(plan, |_| ms(5)).await;
    assert_eq!(figures.requests, 300);
    let closed = Plan {
        pace: Pace::Closed { callers: 4 },
        ..plan
    };
    assert_eq!(load(closed, |_| ms(5)).await.requests, 300);
}

#[tokio::test(start_paused = true)]
async fn after_a_pause_there_is_neither_a_burst_nor_a_false_latency() {
    let plan = open(100.0, 4);
    let (wish, wishes) = watch::channel(Wish::Go);
    let (progress, seen) = watch::channel(Figures::nothing(&plan, ms(200)));
    let server = Server {
        began: Instant::now(),
        takes: |_| ms(2),
    };
    let running = tokio::spawn(run(plan, Arc::new(server), wishes, progress));
    sleep(ms(2_005)).await;
    wish.send(Wish::Pause).unwrap();
    sleep(Duration::from_secs(60)).await;
    let paused = seen.borrow().clone();
    assert_eq!(paused.stage, Stage::Paused);
    assert_eq!((paused.in_flight, paused.behind), (0, 0));
    wish.send(Wish::Go).unwrap();
    let figures = running.await.unwrap();
    assert_eq!((figures.requests, figures.late, figures.not_started), (400, 0, 0));
    assert!(figures.latency.max() < 5_000, "{}", figures.latency.max());
    assert_eq!(figures.elapsed_us, 4_000_000);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_tells_what_it_has() {
    let plan = open(100.0, 60);
    let (wish, wishes) = watch::channel(Wish::Go);
    let (progress, _) = watch::channel(Figures::nothing(&plan, ms(200)));
    let server = Server {
        began: Instant::now(),
        takes: |_| ms(500),
    };
    let running = tokio::spawn(run(plan, Arc::new(server), wishes, progress));
    sleep(ms(1_005)).await;
    wish.send(Wish::Stop).unwrap();
    let figures = running.await.unwrap();
    assert_eq!(figures.stage, Stage::Stopped);
    assert_eq!(figures.requests + figures.unfinished, 101);
    assert!(figures.elapsed_us < 1_100_000, "{}", figures.elapsed_us);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_more_than_noise_is_called_a_difference() {
    let even = load(open(200.0, 10), |_| ms(20)).await;
    let verdict = |after: &Figures, what: &str| {
        let changes = compare(&even, after);
        changes
            .into_iter()
            .find(|change| change.what == what)
            .unwrap()
            .verdict
    };
    let wavering = load(open(200.0, 10), |asked| ms(15 + asked.as_millis() as u64 % 10)).await;
    assert_eq!(verdict(&wavering, "rate"), Verdict::Noise);
    let slower = load(open(200.0, 10), |_| ms(30)).await;
    assert_eq!(verdict(&slower, "p50"), Verdict::Differs);
    assert_eq!(verdict(&slower, "max"), Verdict::TooFew);
    let short = load(open(5.0, 2), |_| ms(30)).await;
    assert_eq!(verdict(&short, "p99"), Verdict::TooFew);
}

#[test]
fn who_took_the_time_is_told_apart_and_adds_up() {
    use crate::protocol::{Hop, Phase, PhaseName};
    let phase = |name, start_us, duration_us| Phase {
        name,
        start_us,
        duration_us,
    };
    let server = Hop {
        instance: "inst_b".into(),
        phases: vec![phase(PhaseName::Execute, 0, 300)],
        ..Hop::default()
    };
    let relaying = Hop {
        instance: "inst_a".into(),
        phases: vec![phase(PhaseName::Seal, 0, 50), phase(PhaseName::Wait, 50, 400)],
        next: Some(Box::new(server)),
        ..Hop::default()
    };
    let asked = Hop {
        instance: "inst_a".into(),
        phases: vec![phase(PhaseName::Execute, 0, 600)],
        next: Some(Box::new(relaying)),
        ..Hop::default()
    };
    let caller = Hop {
        instance: "console".into(),
        phases: vec![phase(PhaseName::Seal, 0, 100), phase(PhaseName::Wait, 100, 800)],
        next: Some(Box::new(asked)),
        ..Hop::default()
    };
    let shares = shares_of(&caller, &|id| id.replace("inst_", ""));
    let of = |place: &str| {
        shares
            .iter()
            .filter(|share| share.0 == place)
            .map(|share| share.1)
            .sum::<u64>()
    };
    assert_eq!(
        (of("console"), of("a"), of("b"), of("network")),
        (100, 200, 300, 300)
    );
    assert_eq!(shares.iter().map(|share| share.1).sum::<u64>(), 900);
}

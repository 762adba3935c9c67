//! Changing keys while calls are made with them.

use crate::support::*;
use butterfly_console::model::{Grant, Profile, Timestamp};
use butterfly_console::protocol::{Code, CredentialForm, HeldCredential, Query, seal_query};
use butterfly_console::seal::AgreementSecret;
use serde_json::{Value, json};
use tokio::sync::watch;

/// Callers at once, and calls that each makes.
const CALLERS: usize = 16;
const CALLS: usize = 40;

/// Calls on and on, with the older key and with the newer one as soon as there is one, while `rotate` is under way.
/// Every call must be answered.
async fn under_load(
    running: &Running,
    old: &HeldCredential,
    rotate: impl Future<Output = HeldCredential>,
) -> HeldCredential {
    let (tell, told) = watch::channel(None::<HeldCredential>);
    let (begin, begun) = watch::channel(0);
    let caller = || async {
        let mut told = told.clone();
        for number in 0..CALLS {
            // The second half is made after the rotation, so that both keys are in use then.
            if number == CALLS / 2 {
                told.wait_for(Option::is_some).await.unwrap();
            }
            let newer = told.borrow().clone().filter(|_| number % 2 == 1);
            let credential = newer.unwrap_or_else(|| old.clone());
            let reply = running.ask_as(&credential, "get_capabilities", json!({})).await;
            assert!(reply.is_success());
            begin.send_modify(|calls| *calls += 1);
        }
    };
    let rotating = async {
        begun.clone().wait_for(|calls| *calls > CALLERS).await.unwrap();
        let fresh = rotate.await;
        tell.send_replace(Some(fresh.clone()));
        fresh
    };
    let calling = futures::future::join_all((0..CALLERS).map(|_| caller()));
    let (_, fresh) = tokio::join!(calling, rotating);
    fresh
}

#[tokio::test]
async fn threat_34_rotation_under_load_fails_no_call_and_ends_the_old_key() {
    let running = Running::start().await;
    let (_, bundled) = running.offer("partner", json!({})).await;
    let first = running.mix(&bundled, 1, 0).await;
    let second = under_load(&running, &first, running.mix(&first, 2, 3600)).await;
    assert_eq!(running.denials().await, Vec::<String>::new());
    let listed = running.listed("partner-console").await;
    assert_eq!(
        (&listed["state"], &listed["generation"]),
        (&json!("rotating"), &json!(2))
    );
    assert!(listed["overlap_until"].is_string());

    let finished = json!({"name": "partner-console", "finish": true});
    let finished = running.result("rotate_credential", finished).await;
    assert_eq!(
        (&finished["credential"]["state"], &finished["overlap_until"]),
        (&json!("active"), &Value::Null)
    );
    assert!(running.is_refused(&first).await);
    assert_eq!(running.denials().await, ["key_rotated_away"]);
    assert!(!running.is_refused(&second).await);
    let running = running.restart().await;
    assert!(running.is_refused(&first).await);
    assert!(!running.is_refused(&second).await);
}

#[tokio::test]
async fn threat_34_fresh_secrets_of_plain_and_legacy_credentials_overlap_too() {
    let running = Running::start().await;
    for profile in [Profile::Native, Profile::Legacy] {
        let name = profile.as_str();
        let old = running.issue(name, profile, &Grant::default()).await;
        let rotate = async {
            let rotated = running.result("rotate_credential", json!({"name": name})).await;
            assert!(rotated["overlap_until"].is_string() && rotated["due"].is_null());
            held(&rotated["form"])
        };
        let fresh = under_load(&running, &old, rotate).await;
        assert_eq!(fresh.app_id, old.app_id);
        running
            .result("rotate_credential", json!({"name": name, "finish": true}))
            .await;
        assert!(running.is_refused(&old).await, "{profile}");
        assert!(!running.is_refused(&fresh).await, "{profile}");
    }
    assert_eq!(running.denials().await, ["key_rotated_away"; 2]);
}

#[tokio::test]
async fn a_second_rotation_before_anybody_has_the_new_values_shuts_nobody_out() {
    let running = Running::start().await;
    for profile in [Profile::Native, Profile::Legacy] {
        let name = profile.as_str();
        let old = running.issue(name, profile, &Grant::default()).await;
        let rotate = async || {
            let rotated = running.result("rotate_credential", json!({"name": name})).await;
            assert!(rotated["overlap_until"].is_string(), "{rotated}");
            held(&rotated["form"])
        };
        let unseen = rotate().await;
        let fresh = rotate().await;
        assert!(
            !running.is_refused(&old).await,
            "{profile}: its holder has no others"
        );
        assert!(running.is_refused(&unseen).await, "{profile}: they gave way");
        assert!(!running.is_refused(&fresh).await, "{profile}");
        // From the first use on its holder has the new ones, which then are those that overlap.
        let last = rotate().await;
        assert!(running.is_refused(&old).await, "{profile}");
        assert!(!running.is_refused(&fresh).await, "{profile}");
        assert!(!running.is_refused(&last).await, "{profile}");
    }
}

#[tokio::test]
async fn values_that_nobody_used_yet_are_known_as_such_after_a_restart() {
    let running = Running::start().await;
    let old = running.issue("plain", Profile::Native, &Grant::default()).await;
    let rotate = json!({"name": "plain"});
    running.result("rotate_credential", rotate.clone()).await;
    assert!(!running.is_refused(&old).await, "used under the older key alone");
    let running = running.restart().await;
    running.result("rotate_credential", rotate).await;
    assert!(!running.is_refused(&old).await);
    let now = json!({"name": "plain", "overlap_seconds": 0});
    running.result("rotate_credential", now).await;
    assert!(running.is_refused(&old).await, "a leak ends at once");
}

#[tokio::test]
async fn nothing_says_that_a_key_is_refused_which_goes_on_opening() {
    let running = Running::start().await;
    let (_, bundled) = running.offer("partner", json!({})).await;
    let first = running.mix(&bundled, 1, 0).await;
    running.ask_as(&first, "whoami", json!({})).await;
    for asked in [
        json!({"name": "partner-console", "overlap_seconds": 0}),
        json!({"name": "partner-console", "finish": true}),
    ] {
        let refused = running.ask("rotate_credential", asked.clone()).await;
        assert_eq!(refused.code(), Some(Code::WrongStep), "{asked}");
        assert_eq!(
            running.listed("partner-console").await["rotation_due"],
            Value::Null
        );
        assert!(!running.is_refused(&first).await);
    }
    // An overlap can be ended while the credential is suspended: its older key stays refused afterwards.
    let second = running.mix(&first, 2, 3600).await;
    let name = json!({"name": "partner-console"});
    running.result("suspend_credential", name).await;
    let finished = json!({"name": "partner-console", "finish": true});
    running.result("rotate_credential", finished).await;
    let resumed = json!({"name": "partner-console", "resume": true});
    running.result("suspend_credential", resumed).await;
    assert!(running.is_refused(&first).await);
    assert!(!running.is_refused(&second).await);
    // The trail tells one from the other.
    let audit = running.result("get_audit", json!({"limit": 50})).await;
    let records = audit["records"].as_array().unwrap().iter();
    let turns: Vec<_> = records
        .filter(|record| record["action"] == "suspend_credential" && record["outcome"] == "done")
        .map(|record| record["reason"].as_str().unwrap())
        .collect();
    assert_eq!(turns, ["resumed", "suspended"]);
}

#[tokio::test]
async fn a_rotated_legacy_credential_hears_what_is_wrong_as_before_its_rotation() {
    let running = Running::start().await;
    let mut grant = Grant::read(["get_graph_stats"]);
    grant.rate_per_minute = Some(2);
    let old = running.issue("partner", Profile::Legacy, &grant).await;
    let overlapping = json!({"name": "partner", "overlap_seconds": 60});
    let rotated = running.result("rotate_credential", overlapping).await;
    let fresh = held(&rotated["form"]);
    let answer = async |credential: &HeldCredential| {
        let call = sealed(credential, "get_graph_stats", json!({}));
        running.send(&call).await
    };
    // Both keys draw on one rate.
    assert_eq!(answer(&old).await.status, 200);
    assert_eq!(answer(&fresh).await.status, 200);
    for credential in [&fresh, &old] {
        let refused = answer(credential).await;
        assert_eq!(refused.status, 429);
        assert!(refused.header("retry-after").is_some());
    }

    let query = Query::new("get_graph_stats", json!({}));
    let yesterday = Timestamp::now().plus_seconds(-86_400);
    let skewed = running
        .send(&seal_query(&fresh, &query, &context(), yesterday))
        .await;
    assert_eq!(skewed.status, 401);
    assert!(skewed.text().contains("clocks"), "its signature holds");

    let stranger = running.issue("stranger", Profile::Legacy, &grant).await;
    let stranger = CredentialForm::of(&stranger).expose_value();
    let mut forged = CredentialForm::of(&fresh).expose_value();
    forged["jwt_secret_key"] = stranger["jwt_secret_key"].clone();
    let forged = answer(&held(&forged)).await;
    let mut after = Vec::new();
    for action in ["suspend_credential", "revoke_credential"] {
        running.result(action, json!({"name": "partner"})).await;
        after.push(answer(&fresh).await);
    }
    assert_eq!(forged.status, 401);
    assert_eq!(after, [forged.clone(), forged], "who is refused is not told why");
    assert_eq!(
        running.denials().await,
        [
            "credential_revoked",
            "credential_suspended",
            "token_signature",
            "token_time",
            "rate_limited",
            "rate_limited"
        ]
    );
}

#[tokio::test]
async fn an_overlap_ends_by_itself_and_lasts_over_a_restart() {
    let running = Running::start().await;
    let old = running.issue("plain", Profile::Native, &Grant::default()).await;
    let rotated = running
        .result(
            "rotate_credential",
            json!({"name": "plain", "overlap_seconds": 60}),
        )
        .await;
    let fresh = held(&rotated["form"]);
    let running = running.restart().await;
    assert!(!running.is_refused(&old).await && !running.is_refused(&fresh).await);
    let over = "UPDATE issued SET life = json_set(life, '$.overlap.until', '2026-01-01T00:00:00+00:00') WHERE name = 'plain'";
    let running = running.restart_after(over).await;
    assert!(running.is_refused(&old).await && !running.is_refused(&fresh).await);
    let longest = json!({"name": "plain", "overlap_seconds": 30 * 86_400 + 1});
    assert_eq!(
        running.ask("rotate_credential", longest).await.code(),
        Some(Code::InvalidParameter)
    );
    let none = json!({"name": "plain", "overlap_seconds": 0});
    let rotated = running.result("rotate_credential", none).await;
    assert!(running.is_refused(&fresh).await);
    assert!(!running.is_refused(&held(&rotated["form"])).await);
}

#[tokio::test]
async fn a_token_serves_one_call_whichever_key_signed_it_and_over_a_restart() {
    let running = Running::start().await;
    let old = running.issue("plain", Profile::Native, &Grant::default()).await;
    let before = sealed(&old, "whoami", json!({}));
    assert_eq!(running.send(&before).await.status, 200);
    running
        .result("rotate_credential", json!({"name": "plain"}))
        .await;
    assert_eq!(running.send(&before).await.status, 401);
    let during = sealed(&old, "whoami", json!({}));
    assert_eq!(running.send(&during).await.status, 200);
    let running = running.restart().await;
    assert_eq!(running.send(&before).await.status, 401);
    assert_eq!(running.send(&during).await.status, 401);
    assert_eq!(running.denials().await, ["replayed"; 3]);
}

#[tokio::test]
async fn an_activated_credential_is_rotated_by_its_holder_when_the_owner_asks() {
    let running = Running::start().await;
    let (_, bundled) = running.offer("partner", json!({})).await;
    let first = running.mix(&bundled, 1, 0).await;
    running.ask_as(&first, "whoami", json!({})).await;
    let asked = running
        .result("rotate_credential", json!({"name": "partner-console"}))
        .await;
    assert!(asked.get("form").is_none(), "nothing is to be handed over");
    assert_eq!(asked["credential"]["state"], "rotating");
    let who = running
        .ask_as(&first, "whoami", json!({}))
        .await
        .into_result()
        .unwrap();
    assert_eq!(who["credential"]["rotation_due"], asked["due"]);
    assert!(asked["due"].is_string());

    let second = running.mix(&first, 2, 3600).await;
    let who = running
        .ask_as(&second, "whoami", json!({}))
        .await
        .into_result()
        .unwrap();
    assert_eq!(who["credential"]["rotation_due"], Value::Null);
    // Under the older key nobody gets the next one, though it is answered otherwise.
    let asked = json!({"generation": 3, "key": AgreementSecret::generate().key()});
    let refused = running.ask_as(&first, "activate_credential", asked.clone()).await;
    assert_eq!(refused.code(), Some(Code::WrongStep));
    running
        .result(
            "rotate_credential",
            json!({"name": "partner-console", "finish": true}),
        )
        .await;
    let sent = running.send(&sealed(&first, "activate_credential", asked)).await;
    assert_eq!(sent.status, 401);
    running.mix(&second, 3, 0).await;
    assert!(running.is_refused(&second).await);
}

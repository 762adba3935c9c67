//! `create_offer {label, app_id, profile, holders, grant, lease_ends?, valid_seconds?, delivery?, verify_first?}` → everything
//! that a bundle is made of: `{offer, instance: {id, name, identity}, identity, endpoint, profile, verify_first, credentials: [{holder,
//! name, app_id, grant, lease_ends, form}], warning?}`.

use super::list_offers;
use super::parameter::{GRANT, LEASE_ENDS, PROFILE};
use super::{Access, Action, Answer, Call, Kind, Outcome, Parameter};
use crate::handshake::{Beginning, Life};
use crate::instance::issuing::{self, Made, Wanted};
use crate::model::{AppId, Delivery, Grant, Holder, Profile, Timestamp};
use crate::protocol::{Code, Problem, Query};
use crate::seal::random;
use crate::store::OfferRecord;
use futures::future::BoxFuture;
use serde_json::json;

/// Its row in the table.
pub static ACTION: Action = Action {
    name: "create_offer",
    help: "Makes the credentials of a handshake's offer: one for each holder.",
    access: Access::Owner,
    writes: true,
    destroys: |_| false,
    within: None,
    parameters: &[
        Parameter::required("label", Kind::Text, "who it is for"),
        Parameter::required(
            "app_id",
            Kind::Text,
            "under which name they will call; each holder's gets -console or -instance appended",
        ),
        PROFILE,
        Parameter::required("holders", Kind::Texts, "console, instance, or both")
            .among(&["console", "instance"]),
        GRANT,
        LEASE_ENDS,
        Parameter::optional(
            "valid_seconds",
            Kind::Count,
            "life of the bundle; 86400 at most, which is also the default",
        ),
        Parameter::optional(
            "delivery",
            Kind::Text,
            "how it travels: code, request, passphrase (which is the default) or plain",
        )
        .among(&["code", "request", "passphrase", "plain"]),
        Parameter::optional(
            "verify_first",
            Kind::Flag,
            "true if the credentials open nothing but the handshake before the words were compared and keys mixed in",
        ),
    ],
    result: "{offer: offer, instance: {id, name, identity}, identity, endpoint, profile, verify_first, credentials: [{holder, name, app_id, grant, lease_ends, form}], warning?}",
    errors: &[Code::AlreadyExists],
    run,
};

fn run<'a>(call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(create_offer(call))
}

/// Longest life of a bundle, in seconds.
const LONGEST: u64 = 24 * 60 * 60;
/// Longest label.
const LABEL: usize = 200;

async fn create_offer(call: &Call<'_>) -> Answer {
    let order = Order::read(call.query)?;
    let _alone = call.instance.changing().await;
    let now = Timestamp::now();
    let expires_at = now.plus_seconds(order.valid_seconds);
    let mut credentials = Vec::with_capacity(order.parts.len());
    let mut names = Vec::with_capacity(order.parts.len());
    let (id, mut warning) = (random::offer_id(), None);
    for part in &order.parts {
        let made = issuing::make(call.instance, order.wanted(part, &id, expires_at)).await?;
        names.push(made.credential.record.name.clone());
        credentials.push(view(part.holder, &made));
        warning = warning.or(made.warning);
    }
    let offer = OfferRecord {
        id,
        label: order.label,
        credentials: names,
        words: Vec::new(),
        state: "offered".to_owned(),
        created_at: now,
        expires_at,
        delivery: order.delivery,
        code: None,
    };
    call.instance.store().put_offer(offer.clone()).await?;
    let settings = call.instance.settings();
    let mut result = json!({
        "offer": list_offers::view(call.instance, &offer, now),
        "instance": {"id": settings.instance_id, "name": settings.name, "identity": call.instance.identity().key()},
        "identity": call.instance.identity().key(),
        "endpoint": settings.endpoint,
        "profile": order.profile,
        "verify_first": order.verify_first,
        "credentials": credentials,
    });
    if let Some(warning) = warning {
        result["warning"] = warning.into();
    }
    Ok(Outcome::Success(result))
}

/// Who is to hold one of the credentials, and the name that it calls under.
struct Part {
    holder: Holder,
    app_id: AppId,
}

/// What the query asks for. All of it can be made: what is refused is refused before anything is.
struct Order {
    label: String,
    profile: Profile,
    parts: Vec<Part>,
    grant: Grant,
    lease_ends: Option<Timestamp>,
    valid_seconds: i64,
    delivery: Delivery,
    verify_first: bool,
}

impl Order {
    fn read(query: &Query) -> Result<Self, Problem> {
        let holders: Vec<Holder> = query.required("holders")?;
        let is_twice = holders.len() == 2 && holders[0] == holders[1];
        if holders.is_empty() || holders.len() > 2 || is_twice {
            return Err(refused("'holders' names console, instance, or both"));
        }
        let label = query.text("label")?.to_owned();
        if label.chars().count() > LABEL || label.chars().any(char::is_control) {
            return Err(refused(
                "'label' has 200 characters at most, and no control characters",
            ));
        }
        let parts = parts(&query.id("app_id")?, &holders)?;
        let valid_seconds = query.optional_count("valid_seconds")?.unwrap_or(LONGEST);
        if valid_seconds == 0 || valid_seconds > LONGEST {
            return Err(refused("'valid_seconds' is between 1 and 86400"));
        }
        let profile = query.required("profile")?;
        let delivery = query.optional("delivery")?.unwrap_or(Delivery::Passphrase);
        let verify_first = query.optional("verify_first")?.unwrap_or(false);
        if verify_first && (delivery == Delivery::Plain || profile == Profile::Legacy) {
            return Err(refused(
                "'verify_first' needs activation, which plain values and legacy credentials do not have",
            ));
        }
        Ok(Self {
            label,
            profile,
            delivery,
            verify_first,
            parts,
            grant: issuing::grant(query)?,
            lease_ends: issuing::lease_ends(query)?,
            valid_seconds: valid_seconds.cast_signed(),
        })
    }

    fn wanted(&self, part: &Part, offer: &str, until: Timestamp) -> Wanted {
        Wanted {
            name: None,
            app_id: part.app_id.clone(),
            profile: self.profile,
            grant: self.grant.clone(),
            life: self.life(part.holder, offer, until),
        }
    }

    /// Plain values are in use as soon as they are shown: no offer of theirs can end.
    fn life(&self, holder: Holder, offer: &str, until: Timestamp) -> Life {
        let is_plain = self.delivery == Delivery::Plain;
        let beginning = Beginning {
            delivery: Some(self.delivery),
            holder: Some(holder),
            offer: Some(offer.to_owned()),
            verify_first: self.verify_first,
            offer_ends: (!is_plain).then_some(until),
            lease_ends: self.lease_ends,
        };
        if is_plain {
            Life::in_use(beginning)
        } else {
            Life::offered(beginning)
        }
    }
}

/// One part for each holder, if every one of their app_ids is acceptable.
fn parts(app_id: &AppId, holders: &[Holder]) -> Result<Vec<Part>, Problem> {
    let part = |holder: &Holder| {
        let app_id = AppId::parse(&format!("{app_id}-{}", word(*holder)))
            .map_err(|_| refused("'app_id' is too long: 55 characters leave room for its ending"))?;
        let holder = *holder;
        Ok(Part { holder, app_id })
    };
    holders.iter().map(part).collect()
}

fn view(holder: Holder, made: &Made) -> serde_json::Value {
    json!({
        "holder": holder,
        "name": made.credential.record.name,
        "app_id": made.credential.record.app_id,
        "grant": made.credential.record.grant,
        "lease_ends": made.credential.record.expires_at,
        "form": made.form.expose_value(),
    })
}

const fn word(holder: Holder) -> &'static str {
    match holder {
        Holder::Console => "console",
        Holder::Instance => "instance",
    }
}

fn refused(message: &str) -> Problem {
    Problem::new(Code::InvalidParameter, message)
}

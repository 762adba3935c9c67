//! The side that offers: credentials made on an instance of ours, and handed over in one of four ways. Whatever
//! fails takes everything back.

use crate::handshake::{
    BUNDLE_VERSION, Bundle, BundleInstance, BundledCredential, CODE_SECONDS, OneTimeCode, Request,
};
use crate::model::{Delivery, Endpoint, Grant, Holder, Profile, Side, Timestamp};
use crate::protocol::{Code, CredentialForm, Query};
use crate::seal::{IdentityKey, Passphrase};
use crate::vault::HandshakeEntry;
use crate::workspace::folders::write_new;
use crate::workspace::session::Session;
use crate::workspace::{Failure, OfferMade, OfferRequest, Workspace, blocking};
use serde::Deserialize;
use serde_json::json;
use std::path::Path;
use zeroize::Zeroizing;

/// Codes drawn until one has a number that no other code of the instance has.
const NUMBERS_TRIED: usize = 8;

/// What `create_offer` gives.
#[derive(Deserialize)]
struct Created {
    offer: Offer,
    instance: BundleInstance,
    #[serde(default)]
    identity: Option<IdentityKey>,
    endpoint: Endpoint,
    profile: Profile,
    credentials: Vec<Part>,
    #[serde(default)]
    warning: Option<String>,
}

#[derive(Deserialize)]
struct Offer {
    id: String,
    label: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    credentials: Vec<String>,
}

#[derive(Deserialize)]
struct Part {
    holder: Holder,
    name: String,
    grant: Grant,
    #[serde(default)]
    lease_ends: Option<Timestamp>,
    form: CredentialForm,
}

/// How an offer was handed over: what differs between the four ways.
#[derive(Default)]
struct Handed {
    armoured: Option<String>,
    passphrase: Option<Passphrase>,
    code: Option<Zeroizing<String>>,
    plain: Vec<(Holder, CredentialForm)>,
    ends: Option<Timestamp>,
}

impl Workspace {
    /// Makes credentials on an instance of ours and hands them over as wished. If anything fails, nothing stays.
    pub async fn offer(&self, request: OfferRequest) -> Result<OfferMade, Failure> {
        let answered = checked(&request)?;
        let mut session = self.session(request.instance.as_str()).await?;
        let made = self.offer_in(&mut session, &request, answered.as_ref()).await;
        session.close().await;
        made
    }

    async fn offer_in(
        &self,
        session: &mut Session<'_>,
        request: &OfferRequest,
        answered: Option<&Request>,
    ) -> Result<OfferMade, Failure> {
        let created = create(session, request).await?;
        let names = created.offer.credentials.clone();
        let mut warning = created.warning.clone();
        if request.delivery == Delivery::Code && session.credential().is_none() {
            let unheard = format!(
                "{} is not running: host it with `butterfly serve {0}`, or nobody can claim the code",
                request.instance
            );
            warning = Some(match warning {
                Some(warning) => format!("{warning}; {unheard}"),
                None => unheard,
            });
        }
        let bundle = bundle_of(created, request, answered);
        let made = self.hand_over(session, request, &bundle, &names).await;
        if let Err(failure) = made {
            take_back(session, &bundle.id, &names).await;
            return Err(failure);
        }
        let handed = made?;
        Ok(OfferMade {
            offer_id: bundle.id.clone(),
            delivery: bundle.delivery,
            words: words_of(&bundle),
            file: request
                .file
                .clone()
                .filter(|_| request.delivery != Delivery::Code),
            armoured: handed.armoured,
            passphrase: handed.passphrase,
            code: handed.code,
            plain: handed.plain,
            endpoint: bundle.endpoint.clone(),
            expires_at: handed.ends.unwrap_or(bundle.expires_at),
            warning,
        })
    }

    /// Seals, keeps and writes, in this order: what is written last is what others may see.
    async fn hand_over(
        &self,
        session: &mut Session<'_>,
        request: &OfferRequest,
        bundle: &Bundle,
        names: &[String],
    ) -> Result<Handed, Failure> {
        if let Some(words) = words_of(bundle) {
            let record = Query::new("record_offer_words", json!({"id": bundle.id, "words": words}));
            session.result(&record).await?;
        }
        let handed = seal(session, request, bundle).await?;
        let entry = entry_of(request, bundle, names, handed.ends);
        self.in_vault(move |vault| vault.put_handshake(&entry)).await?;
        let written = match &request.file {
            Some(file) => write_out(file, &handed).await,
            None => Ok(()),
        };
        if let Err(failure) = written {
            let id = bundle.id.clone();
            self.in_vault(move |vault| vault.remove_handshake(&id)).await?;
            return Err(failure);
        }
        Ok(handed)
    }

    /// Makes a new code for an offer whose code was burnt or is too old.
    pub async fn new_code(&self, id: &str) -> Result<OfferMade, Failure> {
        let wanted = id.to_owned();
        let entries = self.in_vault(|vault| vault.handshakes()).await?;
        let entry = entries
            .into_iter()
            .find(|entry| entry.id == wanted && entry.side == Side::Issued)
            .ok_or_else(|| {
                Failure::new(
                    Code::HandshakeNotFound,
                    "no offer of this id is under way in this home: it was withdrawn, or was never made here",
                    "list the handshakes with `butterfly handshake status`",
                )
            })?;
        let bundle = entry
            .bundle
            .as_deref()
            .and_then(|json| serde_json::from_str::<Bundle>(json).ok())
            .filter(|_| entry.ended_at.is_none())
            .ok_or_else(|| {
                Failure::new(
                    Code::WrongStep,
                    "this offer does not wait under a code",
                    "make a new offer with `butterfly handshake offer`",
                )
            })?;
        let now = Timestamp::now();
        if bundle.expires_at <= now {
            return Err(Failure::new(
                Code::BundleRefused,
                format!("the offer itself ended at {}", bundle.expires_at),
                "make a new offer with `butterfly handshake offer`",
            ));
        }
        let mut session = self
            .session(entry.instance.as_deref().unwrap_or_default())
            .await?;
        let published = publish(&mut session, &bundle).await;
        session.close().await;
        let (code, ends) = published?;
        let kept = HandshakeEntry {
            expires_at: Some(ends),
            ..entry
        };
        self.in_vault(move |vault| vault.put_handshake(&kept)).await?;
        Ok(OfferMade {
            offer_id: bundle.id.clone(),
            delivery: bundle.delivery,
            words: words_of(&bundle),
            file: None,
            armoured: None,
            passphrase: None,
            code: Some(code),
            plain: Vec::new(),
            endpoint: bundle.endpoint.clone(),
            expires_at: ends,
            warning: None,
        })
    }
}

/// What cannot be is said before credentials are made, not after.
fn checked(request: &OfferRequest) -> Result<Option<Request>, Failure> {
    if let Some(file) = request
        .file
        .as_deref()
        .filter(|_| request.delivery != Delivery::Code)
    {
        refuse_existing(file)?;
    }
    let can_be_activated = request.profile == Profile::Native && request.delivery != Delivery::Plain;
    if request.verify_first && !can_be_activated {
        return Err(Failure::new(
            Code::InvalidParameter,
            "plain values and legacy credentials have no activation, so they cannot wait for one",
            "offer it without `--verify-first`, or as a native credential by code, request or passphrase",
        ));
    }
    match (&request.request, request.delivery) {
        (Some(text), Delivery::Request) => Ok(Some(Request::parse(text, Timestamp::now())?)),
        (None, Delivery::Request) => Err(Failure::new(
            Code::Usage,
            "an answer needs the request that it answers",
            "have the other administrator make one with `handshake request`",
        )),
        (Some(_), _) => Err(Failure::new(
            Code::Usage,
            format!(
                "a request is answered by a bundle sealed to it, not by {}",
                request.delivery
            ),
            "offer it by way of the request",
        )),
        (None, _) => Ok(None),
    }
}

async fn create(session: &mut Session<'_>, request: &OfferRequest) -> Result<Created, Failure> {
    let lease_ends = request
        .lease_days
        .map(|days| Timestamp::now().plus_seconds(i64::from(days) * 86_400));
    let query = Query::new(
        "create_offer",
        json!({
            "label": request.app_id,
            "app_id": request.app_id,
            "profile": request.profile,
            "holders": request.holders,
            "grant": request.grant,
            "lease_ends": lease_ends,
            "delivery": request.delivery,
            "verify_first": request.verify_first,
        }),
    );
    let result = session.result(&query).await?;
    serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))
}

fn bundle_of(created: Created, request: &OfferRequest, answered: Option<&Request>) -> Bundle {
    let pins = created
        .credentials
        .first()
        .map(|part| part.form.pins.clone())
        .unwrap_or_default();
    let identity = created.instance.identity.clone().or(created.identity);
    Bundle {
        version: BUNDLE_VERSION,
        id: created.offer.id,
        instance: BundleInstance {
            identity,
            ..created.instance
        },
        endpoint: created.endpoint,
        pins,
        profile: created.profile,
        credentials: created
            .credentials
            .into_iter()
            .map(|part| BundledCredential {
                holder: part.holder,
                name: part.name,
                grant: part.grant,
                lease_ends: part.lease_ends,
                form: part.form,
            })
            .collect(),
        offered_at: created.offer.created_at,
        expires_at: created.offer.expires_at,
        label: created.offer.label,
        delivery: request.delivery,
        verify_first: request.verify_first,
        requester: answered.map(Request::requester),
    }
}

async fn seal(session: &mut Session<'_>, request: &OfferRequest, bundle: &Bundle) -> Result<Handed, Failure> {
    match request.delivery {
        Delivery::Passphrase => {
            let bundle = bundle.clone();
            let sealed = blocking(move || bundle.seal_with_generated_passphrase()).await?;
            Ok(Handed {
                armoured: Some(sealed.armoured),
                passphrase: Some(sealed.passphrase),
                ..Handed::default()
            })
        }
        Delivery::Code => {
            let (code, ends) = publish(session, bundle).await?;
            Ok(Handed {
                code: Some(code),
                ends: Some(ends),
                ..Handed::default()
            })
        }
        Delivery::Request => {
            #[derive(Deserialize)]
            struct Sealed {
                armoured: String,
            }
            let query = Query::new(
                "seal_answer",
                json!({"id": bundle.id, "request": request.request, "bundle": bundle}),
            );
            let result = session.result(&query).await?;
            let sealed: Sealed =
                serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
            Ok(Handed {
                armoured: Some(sealed.armoured),
                ..Handed::default()
            })
        }
        Delivery::Plain => Ok(Handed {
            plain: bundle
                .credentials
                .iter()
                .map(|credential| (credential.holder, credential.form.clone()))
                .collect(),
            ..Handed::default()
        }),
    }
}

/// Puts the bundle under a fresh code, for whoever knows that.
async fn publish(
    session: &mut Session<'_>,
    bundle: &Bundle,
) -> Result<(Zeroizing<String>, Timestamp), Failure> {
    let mut left = NUMBERS_TRIED;
    loop {
        left -= 1;
        let code = OneTimeCode::generate().expose_text();
        let query = Query::new(
            "publish_code",
            json!({"id": bundle.id, "code": code.as_str(), "bundle": bundle}),
        );
        let published = Timestamp::now();
        match session.result(&query).await {
            Ok(_) => {
                let ends = published.plus_seconds(CODE_SECONDS);
                return Ok((code, ends.min(bundle.expires_at)));
            }
            // Another code of this instance has drawn the same number.
            Err(failure) if failure.code == Code::AlreadyExists && left > 0 => {}
            Err(failure) => return Err(failure),
        }
    }
}

fn entry_of(
    request: &OfferRequest,
    bundle: &Bundle,
    names: &[String],
    ends: Option<Timestamp>,
) -> HandshakeEntry {
    let json = || String::from_utf8_lossy(&bundle.expose_json()).into_owned();
    HandshakeEntry {
        id: bundle.id.clone(),
        side: Side::Issued,
        delivery: bundle.delivery,
        peer: bundle.label.clone(),
        instance: Some(request.instance.to_string()),
        remote: None,
        credentials: names
            .iter()
            .map(|name| format!("{name}@{}", request.instance))
            .collect(),
        words: words_of(bundle),
        verify_first: bundle.verify_first,
        request: None,
        request_key: None,
        bundle: (bundle.delivery == Delivery::Code).then(json),
        refused: false,
        created_at: bundle.offered_at,
        expires_at: Some(ends.unwrap_or(bundle.expires_at)),
        ended_at: None,
    }
}

/// The seven words, where both sides can have them: whoever gets plain values gets no bundle to make words of.
fn words_of(bundle: &Bundle) -> Option<[String; 7]> {
    (bundle.delivery != Delivery::Plain).then(|| bundle.words())
}

/// The bundle, or the values; nothing for a code, which is meant for the ear.
async fn write_out(file: &Path, handed: &Handed) -> Result<(), Failure> {
    let text = match (&handed.armoured, handed.plain.as_slice()) {
        (Some(armoured), _) => Zeroizing::new(armoured.clone()),
        (None, []) => return Ok(()),
        (None, plain) => {
            let values: Vec<_> = plain
                .iter()
                .map(|(holder, form)| json!({"holder": holder, "credential": form.expose_value()}))
                .collect();
            Zeroizing::new(serde_json::to_string_pretty(&values).expect("values have only string keys"))
        }
    };
    let path = file.to_owned();
    blocking(move || write_new(&path, text.as_bytes())).await
}

/// Said before credentials are made, not after.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    Err(Failure::new(
        Code::FileFailed,
        format!("{} is there already", path.display()),
        "name another file; what is there is not written over",
    ))
}

/// Nobody has the bundle, so nobody shall be able to call with what is in it.
async fn take_back(session: &mut Session<'_>, offer: &str, credentials: &[String]) {
    let withdraw = Query::new("withdraw_offer", json!({"id": offer}));
    if let Err(failure) = session.result(&withdraw).await {
        tracing::warn!(%failure, "a failed offer was not withdrawn");
    }
    for name in credentials {
        let revoke = Query::new("revoke_credential", json!({"name": name}));
        if let Err(failure) = session.result(&revoke).await {
            tracing::warn!(%failure, credential = %name, "a credential of a failed offer was not revoked");
        }
    }
}

//! Mixing fresh keys into a credential that the console holds: activation, and every rotation after it.
//!
//! The fresh secret is durable before the instance is asked, and asking again asks with the same key; the new
//! root is durable before it is used. So a lost answer, a crash or an impatient person loses nothing.

use super::{Failure, Workspace, held};
use crate::client::ClientError;
use crate::handshake::{Agreement, AlarmKind, Event, Exchange, renew};
use crate::model::{CredentialState, KeyId, Timestamp};
use crate::protocol::{CallContext, Code, CredentialForm, HeldCredential, Query};
use crate::seal::{AgreementKey, AgreementSecret};
use crate::vault::HeldEntry;
use serde::Deserialize;
use serde_json::{Value, json};
use std::pin::Pin;

/// Seconds for each call.
const PATIENCE: i64 = 15;
/// Attempts where an answer is lost.
const ATTEMPTS: usize = 3;

/// What mixing keys into a credential came to.
pub(super) struct Mixed {
    /// The other side's people have not said yet that the words match.
    pub(super) is_waiting: bool,
    /// The key id that it had, if it has another one now.
    pub(super) old_kid: Option<KeyId>,
}

/// What the instance answers.
#[derive(Deserialize)]
struct Answer {
    kid: KeyId,
    key: AgreementKey,
    #[serde(default)]
    overlap_until: Option<Timestamp>,
}

/// The fresh secret that an instance is asked with.
struct Pending {
    secret: AgreementSecret,
    /// It was asked with it never before.
    is_new: bool,
}

/// How the last attempt failed.
struct NoReply {
    error: ClientError,
    /// An earlier one may have been answered, and the answer was lost.
    has_lost_any: bool,
}

/// How one attempt ended.
enum Attempt {
    Done(KeyId),
    Waiting,
}

impl Workspace {
    /// Activates a credential, unless that was done: then only the first call is made, where it is missing. Where it was
    /// taken alone, its instance is told that nobody has the others of the offer.
    pub(super) async fn activate(&self, name: &str, is_alone: bool) -> Result<Mixed, Failure> {
        let entry = self.held_entry(name).await?;
        let life = held::life_of(&entry);
        held::usable(entry.clone())?;
        if entry.form.kid.is_none() || !life.can_be_activated() {
            return Ok(Mixed {
                is_waiting: false,
                old_kid: None,
            });
        }
        if life.generation() > 0 {
            return self.prove(name, None).await;
        }
        let how = match is_alone {
            true => json!({"alone": true}),
            false => json!({}),
        };
        match self.mix(name, 1, how).await? {
            Attempt::Waiting => Ok(Mixed {
                is_waiting: true,
                old_kid: None,
            }),
            Attempt::Done(old_kid) => self.prove(name, Some(old_kid)).await,
        }
    }

    /// Mixes keys in once more; the old key is answered for `overlap_seconds`.
    pub(super) async fn rotate_held(&self, name: &str, overlap_seconds: u32) -> Result<Mixed, Failure> {
        let entry = self.held_entry(name).await?;
        let life = held::life_of(&entry);
        held::usable(entry.clone())?;
        if entry.form.kid.is_none() || !life.can_be_activated() {
            return Err(Failure::new(
                Code::WrongStep,
                format!(
                    "{name} came as plain values or is a legacy credential, into which no keys can be mixed"
                ),
                "ask its instance's administrator to rotate it and to hand the new values over",
            ));
        }
        if life.generation() == 0 {
            return Err(Failure::new(
                Code::WrongStep,
                format!("{name} was never activated, so that there is nothing to rotate yet"),
                "compare the words first: `butterfly handshake status` says of which handshake",
            ));
        }
        let how = json!({"overlap_seconds": overlap_seconds});
        match self.mix(name, life.generation() + 1, how).await? {
            Attempt::Waiting => Err(Failure::new(
                Code::NotVerified,
                format!("{name} is not verified on the other side any more"),
                "compare the words with its administrator",
            )),
            Attempt::Done(old_kid) => self.prove(name, Some(old_kid)).await,
        }
    }

    /// Finishes a rotation whose answer was lost, after which the instance refused the older key: the same key again gets the
    /// same answer. Whether there are other keys by now. Behind a pointer, because sealing circuits anew asks instances,
    /// and whoever asks one may come here.
    pub(super) fn finish_rotation<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move {
            let Ok(entry) = self.held_entry(name).await else {
                return false;
            };
            if !held::is_between_keys(&entry) {
                return false;
            }
            let mixed = match self.rotate_held(name, 0).await {
                Ok(mixed) => mixed,
                Err(failure) => {
                    tracing::warn!(%failure, credential = %name, "a rotation that was begun could not be finished");
                    return false;
                }
            };
            if let Err(failure) = self.reseal(name, mixed.old_kid).await {
                tracing::warn!(%failure, credential = %name, "not every circuit was sealed anew");
            }
            true
        })
    }

    /// `how` is what else the instance is told.
    async fn mix(&self, name: &str, generation: u32, how: Value) -> Result<Attempt, Failure> {
        let (entry, pending) = self.pending(name, generation).await?;
        let Some(pending) = pending else {
            // Another console was faster.
            return entry
                .form
                .kid
                .clone()
                .map(Attempt::Done)
                .ok_or_else(|| native_only(name));
        };
        let credential = held::usable(entry)?;
        let query = Query::new("activate_credential", how)
            .with("generation", json!(generation))
            .with("key", json!(pending.secret.key()));
        let answer = match self.ask_to_mix(name, &credential, &query, &pending).await? {
            Some(answer) => answer,
            None => return Ok(Attempt::Waiting),
        };
        self.take_over(name, &credential, generation, pending.secret, answer)
            .await
    }

    /// The fresh secret for this generation, kept before anybody hears of it; none if keys of this generation are in.
    async fn pending(&self, name: &str, generation: u32) -> Result<(HeldEntry, Option<Pending>), Failure> {
        self.change_held(name, move |entry, life| {
            if life.generation() >= generation {
                return Ok((entry.clone(), None));
            }
            let kept = entry
                .pending
                .as_ref()
                .filter(|(of, _)| *of == generation)
                .and_then(|(_, text)| AgreementSecret::parse(text));
            let is_new = kept.is_none();
            let secret = kept.unwrap_or_else(AgreementSecret::generate);
            entry.pending = Some((generation, secret.expose_text().to_string()));
            Ok((entry.clone(), Some(Pending { secret, is_new })))
        })
        .await
    }

    /// Forgets the fresh secret that the instance was asked with, unless another one took its place.
    async fn forget_pending(&self, name: &str, secret: &AgreementSecret) -> Result<(), Failure> {
        let asked_with = secret.expose_text();
        self.change_held(name, move |entry, _| {
            let is_it = |(_, text): &(u32, String)| *text == asked_with.as_str();
            entry.pending = entry.pending.take().filter(|pending| !is_it(pending));
            Ok(())
        })
        .await
    }

    /// None while the other side's people have not said that the words match.
    async fn ask_to_mix(
        &self,
        name: &str,
        credential: &HeldCredential,
        query: &Query,
        pending: &Pending,
    ) -> Result<Option<Answer>, Failure> {
        let place = credential.endpoint.authority();
        let reply = match self.ask_again(credential, query).await {
            Ok(reply) => reply,
            Err(NoReply { error, has_lost_any }) => {
                self.notice_tls(&error).await;
                let is_unsure = matches!(
                    error,
                    ClientError::Unreachable { sent: true, .. } | ClientError::Deadline { .. }
                );
                let is_refused = matches!(error, ClientError::Refused { .. });
                let mut failure = Failure::from(error).on(place);
                if is_refused {
                    failure.remedy = held::not_rotated().to_owned();
                }
                // That was an answer: nobody has this key, and nothing is left to be finished.
                if is_refused && pending.is_new && !has_lost_any {
                    self.forget_pending(name, &pending.secret).await?;
                }
                let entry = self.held_entry(name).await;
                if is_unsure && entry.is_ok_and(|entry| held::is_between_keys(&entry)) {
                    failure.remedy = held::finish_rotation(name);
                }
                return Err(failure);
            }
        };
        let Some(problem) = reply.problem() else {
            let answer = serde_json::from_value(reply.into_result().unwrap_or_default());
            return answer.map(Some).map_err(|_| garbage(&place));
        };
        match problem.code {
            Code::NotVerified => Ok(None),
            Code::CredentialFrozen => {
                let kind = AlarmKind::of_freezing(&problem);
                self.happen(name, Event::Alarmed(kind)).await?;
                Err(Failure::new(
                    Code::CredentialFrozen,
                    format!("the credential {name} is frozen: two parties have had its secrets"),
                    kind.advice(),
                )
                .on(place))
            }
            _ => Err(Failure::from_problem(&problem, &place)),
        }
    }

    /// The same message again gets the same answer, so one that was lost may be asked for again.
    async fn ask_again(
        &self,
        credential: &HeldCredential,
        query: &Query,
    ) -> Result<crate::protocol::Reply, NoReply> {
        let mut lost = 0;
        loop {
            let context = CallContext::begin(Timestamp::now(), PATIENCE);
            match self.client.invoke(credential, query, &context).await {
                Ok(exchange) => return Ok(exchange.reply),
                Err(ClientError::Unreachable { sent: true, .. }) if lost + 1 < ATTEMPTS => lost += 1,
                Err(error) => {
                    let has_lost_any = lost > 0;
                    return Err(NoReply { error, has_lost_any });
                }
            }
        }
    }

    /// Puts the new keys in the place of the old ones, in one step.
    async fn take_over(
        &self,
        name: &str,
        credential: &HeldCredential,
        generation: u32,
        secret: AgreementSecret,
        answer: Answer,
    ) -> Result<Attempt, Failure> {
        let old_kid = credential.kid().cloned().ok_or_else(|| native_only(name))?;
        let ours = secret.key();
        let agreement = Agreement {
            generation,
            issuer: &answer.key,
            kid: &answer.kid,
        };
        let renewed =
            renew(credential, &secret, agreement).map_err(|_| garbage(&credential.endpoint.authority()))?;
        let form = CredentialForm::of(&renewed);
        let replaced = old_kid.clone();
        self.change_held(name, move |entry, life| {
            if entry.form.kid.as_ref() != Some(&replaced) {
                // Another console had the same answer and was faster.
                return Ok(());
            }
            let now = Timestamp::now();
            let exchange = Exchange {
                theirs: answer.key,
                ours,
            };
            life.apply(
                Event::Mixed {
                    exchange,
                    old_kid: replaced,
                    overlap_until: answer.overlap_until.unwrap_or(now),
                },
                now,
            )?;
            entry.rekey(form);
            entry.pending = None;
            Ok(())
        })
        .await?;
        Ok(Attempt::Done(old_kid))
    }

    /// The first call under the new keys proves them to both sides. If it fails, it is made the next time.
    async fn prove(&self, name: &str, old_kid: Option<KeyId>) -> Result<Mixed, Failure> {
        let entry = self.held_entry(name).await?;
        let state = held::life_of(&entry).state_at(Timestamp::now());
        let mixed = Mixed {
            is_waiting: false,
            old_kid,
        };
        if !matches!(state, CredentialState::Activated | CredentialState::Rotating) {
            return Ok(mixed);
        }
        let credential = held::usable(entry)?;
        match self
            .ask_again(&credential, &Query::new("whoami", json!({})))
            .await
        {
            Ok(reply) => {
                self.heed(name, &reply).await;
                if reply.problem().is_none() {
                    self.happen(name, Event::Used).await?;
                }
                Ok(mixed)
            }
            Err(NoReply { error, .. }) => {
                self.notice_tls(&error).await;
                tracing::info!(%error, credential = %name, "the first call under fresh keys failed");
                Ok(mixed)
            }
        }
    }
}

fn garbage(place: &str) -> Failure {
    Failure::new(
        Code::PeerGarbage,
        "the instance did not mix keys as it should; nothing was changed here",
        "use the same version of this program on both sides, then try again",
    )
    .on(place)
}

fn native_only(name: &str) -> Failure {
    Failure::new(
        Code::WrongStep,
        format!("no keys can be mixed into {name}: it is a legacy credential"),
        "hand new values over instead",
    )
}

//! What is to be done before the next step: the errands that follow from the answers.

use super::begin::begin;
use super::enter::errand_for;
use super::errand::{Errand, Opening};
use super::options::MATCH;
use super::state::Wizard;
use crate::handshake::guide::{Answers, Source, Step};
use crate::model::{AppId, Delivery, Endpoint, InstanceName, Profile};
use crate::protocol::{CredentialForm, HeldCredential, Query};
use crate::seal::{FernetKey, Passphrase, TokenSecret};
use crate::tui::effect::Effect;
use crate::tui::paths::typed_path;
use crate::tui::state::State;
use crate::workspace::{AskRequest, FederateRequest, OfferRequest, RemoteRequest};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What has to be done before the next step; none where one simply goes on.
pub fn act(state: &mut State, wizard: &mut Wizard) -> Option<Vec<Effect>> {
    let answers = wizard.course.answers.clone();
    let errand = match wizard.step() {
        Step::Begin => return Some(begin(state, wizard)),
        Step::Instance => {
            let picked = wizard.list.current()?.key.clone();
            wizard.course.answers.instance = InstanceName::parse(&picked).ok();
            return None;
        }
        Step::Request => {
            let typed = wizard.typed(Step::Request, "request");
            let source = if answers.request.is_empty() {
                Source::of(typed)?
            } else {
                Source::Text(answers.request.clone())
            };
            Errand::ReadRequest(source)
        }
        Step::Review => Errand::Offer(Box::new(offer(wizard)?)),
        Step::Ask => Errand::Ask(Box::new(AskRequest {
            instance: answers.relay.clone(),
            app_id: answers.app_id.clone()?,
            holders: answers.holders.clone(),
            file: file(&answers),
        })),
        Step::Passphrase => {
            let words = Passphrase::parse(wizard.typed(Step::Passphrase, "words").trim()).ok()?;
            Errand::Inspect(answers.bundle.clone()?, words)
        }
        Step::Keep => keep_it(wizard)?,
        Step::Words => {
            let id = wizard.course.under_way()?.id.clone();
            let Some(answer) = wizard.list.current() else {
                return Some(Vec::new());
            };
            Errand::Verify(id, answer.key == MATCH)
        }
        Step::Pointer => {
            if wizard.fields().is_empty() || wizard.typed(Step::Pointer, "make") != "yes" {
                return None;
            }
            Errand::Federate(Box::new(FederateRequest {
                instance: InstanceName::parse(wizard.typed(Step::Pointer, "instance")).ok()?,
                via: wizard.remote.as_ref()?.to_string(),
                query: Query::parse(wizard.typed(Step::Pointer, "query").as_bytes()).ok()?,
                route: answers.route,
                description: None,
                tags: vec!["federated".to_owned()],
            }))
        }
        _ => return None,
    };
    Some(vec![errand_for(state, wizard, errand)])
}

fn offer(wizard: &Wizard) -> Option<OfferRequest> {
    let answers = &wizard.course.answers;
    let plain = answers.delivery == Delivery::Plain;
    Some(OfferRequest {
        instance: answers.instance.clone()?,
        app_id: answers.app_id.clone()?,
        profile: if plain { Profile::Legacy } else { Profile::Native },
        holders: answers.holders.clone(),
        grant: answers.grant(),
        lease_days: answers.lease_days,
        delivery: answers.delivery,
        verify_first: !plain,
        request: (answers.delivery == Delivery::Request).then(|| answers.request.clone()),
        file: match answers.delivery {
            Delivery::Request | Delivery::Passphrase => file(answers),
            Delivery::Code | Delivery::Plain => None,
        },
    })
}

/// The file that was named, if one was.
fn file(answers: &Answers) -> Option<PathBuf> {
    (!answers.file.is_empty()).then(|| typed_path(Path::new(&answers.file)))
}

/// Opening what came, and keeping it.
fn keep_it(wizard: &Wizard) -> Option<Errand> {
    let answers = &wizard.course.answers;
    let opening = match answers.delivery {
        Delivery::Code => Opening::Code(
            answers.url.clone(),
            Zeroizing::new(wizard.typed(Step::Code, "code").trim().to_owned()),
        ),
        Delivery::Request => Opening::Request(answers.bundle.clone()?),
        Delivery::Passphrase => {
            let words = Passphrase::parse(wizard.typed(Step::Passphrase, "words").trim()).ok()?;
            Opening::Passphrase(answers.bundle.clone()?, words)
        }
        Delivery::Plain => {
            let held = HeldCredential::legacy(
                AppId::parse(wizard.typed(Step::Plain, "app_id")).ok()?,
                Endpoint::parse(wizard.typed(Step::Plain, "url")).ok()?,
                TokenSecret::parse(wizard.typed(Step::Plain, "jwt_secret")).ok()?,
                FernetKey::parse(wizard.typed(Step::Plain, "encryption_key")).ok()?,
                None,
            );
            return Some(Errand::AddRemote(Box::new(RemoteRequest {
                name: answers.name.clone()?,
                credential: CredentialForm::of(&held),
            })));
        }
    };
    Some(Errand::Accept {
        opening,
        name: answers.name.clone(),
        instance: answers.relay.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_the_home_of_whoever_types_it_is_written_there() {
        let named = |text: &str| {
            let answers = Answers {
                file: text.to_owned(),
                ..Answers::default()
            };
            file(&answers)
        };
        let home = std::env::home_dir().expect("whoever runs the tests has a home");
        assert_eq!(named("~/b-for-a.age"), Some(home.join("b-for-a.age")));
        assert_eq!(named("b-for-a.age"), Some("b-for-a.age".into()));
        assert_eq!(named(""), None);
    }
}

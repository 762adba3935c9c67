//! `butterfly serve`: a local instance in the foreground, or a stand-in for an original one.

use super::arguments;
use super::instance::{Mark, doubt_certificate, folder, no_such, why_absent};
use super::outcome::{Outcome, usage};
use super::secrets::from_environment;
use super::session::Session;
use super::signal::EndSignal;
use crate::instance::{Host, KeySource, LegacyStandIn};
use crate::model::{AppId, InstanceName};
use crate::protocol::Code;
use crate::seal::{FernetKey, TokenSecret};
use crate::workspace::{Failure, InitInstance};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The name that a stand-in's instance gets.
const STAND_IN_NAME: &str = "main";
/// Where original instances listen.
const STAND_IN_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 5001);

/// Host a local instance in the foreground; prints `listening on URL` when ready.
///
/// Needs no vault: an instance starts unattended. With JWT_SECRET_KEY and BUTTERFLY_ENCRYPTION_KEY set and
/// --legacy-app, it stands in for an original Python instance: that one's unmodified clients work against it. As there,
/// each such app_id may do everything, as an owner. Where there is no instance yet, one is made, and with it an owner of its
/// own, whose credential is in this home's vault.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The instance; may be left out where there is only one.
    name: Option<InstanceName>,
    /// Let this app_id call with the secrets of the environment, as the original would: with all rights of an owner, for
    /// as long as this process serves; repeatable.
    #[arg(long, value_name = "APP_ID")]
    legacy_app: Vec<AppId>,
    /// Where an instance listens that is made for --legacy-app; 127.0.0.1:5001 unless told.
    #[arg(long, value_name = "ADDR:PORT", requires = "legacy_app")]
    listen: Option<SocketAddr>,
    /// Go on answering for so long when it is told to stop, with `/ready` saying 503, so that a load balancer sends no
    /// more calls before it closes. A second signal ends it at once.
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = arguments::time)]
    drain: Duration,
}

impl Serve {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("hosting an instance (set `read_only = true` in its instance.toml to host it so)")?;
        let mut end = EndSignal::listen()?;
        let stand_in = stand_in(session, &self.legacy_app)?;
        let name = self.choose(session, stand_in.is_some()).await?;
        let host = Host::start(folder(session.home().root(), &name), stand_in)
            .await
            .map_err(|error| Failure::from(error).on(name.as_str()))?;
        let _mark = Mark::leave(session.home().root(), &name);
        let mut ended = host.ended();
        let settings = host.settings().clone();
        doubt_certificate(session, &name);
        session.show(
            &json!({"name": settings.name, "endpoint": settings.endpoint, "instance_id": settings.instance_id}),
            || {
                let scheme = if settings.tls.is_some() { "https" } else { "http" };
                format!("listening on {scheme}://{}", settings.listen)
            },
        )?;
        let told_to_stop = async {
            end.wait().await;
            if !self.drain.is_zero() {
                host.drain();
                session.note("not ready for calls any more; it answers until it closes");
                // Whatever the second signal means, it means now.
                let _ = tokio::time::timeout(self.drain, end.wait()).await;
            }
        };
        let has_ended_itself = tokio::select! {
            () = told_to_stop => false,
            _ = ended.wait_for(|ended| *ended) => true,
        };
        host.stop()
            .await
            .map_err(|error| Failure::from(error).on(name.as_str()))?;
        if has_ended_itself {
            let failure = Failure::new(
                Code::Internal,
                "the instance ended by itself",
                "run it with -v to see why",
            );
            return Err(failure.on(name.as_str()).into());
        }
        Ok(())
    }

    /// The instance to host: the one named, the only one, or one that is made for a stand-in.
    async fn choose(&self, session: &Session, is_stand_in: bool) -> Outcome<InstanceName> {
        let names = session.home().instances_on_disk()?;
        let name = match (&self.name, names.as_slice()) {
            (Some(name), _) => name.clone(),
            (None, [only]) => only.clone(),
            (None, []) if is_stand_in => InstanceName::parse(STAND_IN_NAME).expect("the name is well formed"),
            (None, []) => {
                let failure = Failure::new(
                    Code::InstanceNotFound,
                    format!(
                        "there is no local instance in {}",
                        session.home().root().display()
                    ),
                    "make one with `butterfly instance init NAME`",
                );
                return Err(failure.into());
            }
            (None, several) => {
                let list = several
                    .iter()
                    .map(InstanceName::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(usage(
                    format!("there are several local instances: {list}"),
                    "name one: `butterfly serve NAME`",
                ));
            }
        };
        if names.contains(&name) {
            if self.listen.is_some() {
                return Err(usage(
                    format!("{name} is there already and listens where its instance.toml says"),
                    "leave out --listen, or change `listen` in that file",
                ));
            }
            return Ok(name);
        }
        if !is_stand_in {
            if let Some(absent) = why_absent(session, &name).await {
                return Err(absent.into());
            }
            return Err(no_such(session, &name).into());
        }
        self.make(session, name).await
    }

    async fn make(&self, session: &Session, name: InstanceName) -> Outcome<InstanceName> {
        let workspace = session.open_or_create_unasked().await?;
        let row = workspace
            .init_instance(InitInstance {
                key: KeySource::Own,
                name,
                listen: Some(self.listen.unwrap_or(STAND_IN_LISTEN)),
                endpoint: None,
                insecure_http: false,
                tls: None,
            })
            .await?;
        Ok(row.name)
    }
}

/// The stand-in that the environment and `--legacy-app` describe.
fn stand_in(session: &Session, app_ids: &[AppId]) -> Outcome<Option<LegacyStandIn>> {
    if app_ids.is_empty() {
        return Ok(None);
    }
    let token_secret = from_environment("JWT_SECRET_KEY", TokenSecret::parse)?;
    let encryption_key = from_environment("BUTTERFLY_ENCRYPTION_KEY", FernetKey::parse)?;
    let (Some(token_secret), Some(encryption_key)) = (token_secret, encryption_key) else {
        return Err(usage(
            "--legacy-app needs the secrets of the instance that it stands in for",
            "set JWT_SECRET_KEY and BUTTERFLY_ENCRYPTION_KEY in the environment",
        ));
    };
    if token_secret.is_weak() {
        session.note(
            "warning: JWT_SECRET_KEY is short or the documented default: whoever guesses it can call this instance",
        );
    }
    Ok(Some(LegacyStandIn {
        app_ids: app_ids.to_vec(),
        token_secret,
        encryption_key,
    }))
}

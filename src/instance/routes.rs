//! The paths that an instance answers on, and the ones that tell something without a credential.

use super::response::{self, Answer};
use super::{Instance, actions, apis, handshake, pipeline, proxies};
use crate::handshake::{CLAIM_PATH, CONFIRM_PATH};
use crate::model::Profile;
use crate::protocol::{DISCOVERY_PATH, Discovery};
use hyper::body::Incoming;
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::{Method, Request, StatusCode, Version};
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use std::sync::Arc;

/// What a trusted proxy hears whose header cannot be read.
const NO_CALLER: &str = "the proxy does not say for whom it calls in a way that can be read; see trusted_proxies and \
                         proxy_header in instance.toml";

/// Answers one request.
pub(super) async fn answer(instance: &Arc<Instance>, peer: IpAddr, request: Request<Incoming>) -> Answer {
    let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
    let answer = answer_at_its_path(instance, peer, request).await;
    // The guard follows no chunked body, nor what comes after it: nothing may.
    if is_chunked {
        return response::closing(answer);
    }
    answer
}

async fn answer_at_its_path(instance: &Arc<Instance>, peer: IpAddr, request: Request<Incoming>) -> Answer {
    if !has_one_host(&request) {
        instance.metrics().malformed.add_one();
        return response::final_problem(StatusCode::BAD_REQUEST, "a request has exactly one Host");
    }
    let Ok(peer) = proxies::caller(instance.settings(), peer, request.headers()) else {
        instance.metrics().malformed.add_one();
        return response::final_problem(StatusCode::BAD_REQUEST, NO_CALLER);
    };
    if request.uri().path() == "/invoke" {
        if request.method() != Method::POST {
            return response::method_not_allowed("POST");
        }
        return pipeline::invoke(instance, peer, request).await;
    }
    if matches!(request.uri().path(), CLAIM_PATH | CONFIRM_PATH) {
        if request.method() != Method::POST {
            return response::closing(response::method_not_allowed("POST"));
        }
        return handshake::answer(instance, peer, request).await;
    }
    let Some(told) = told(instance, peer, request.uri().path()) else {
        return response::final_problem(StatusCode::NOT_FOUND, "nothing is here");
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return response::closing(response::method_not_allowed("GET, HEAD"));
    }
    told
}

/// RFC 9112, section 3.2.
fn has_one_host(request: &Request<Incoming>) -> bool {
    let hosts = request.headers().get_all(HOST).iter().count();
    hosts == 1 || (hosts == 0 && request.version() == Version::HTTP_10)
}

/// What anybody may know.
fn told(instance: &Arc<Instance>, peer: IpAddr, path: &str) -> Option<Answer> {
    Some(match path {
        "/" => response::text(
            StatusCode::OK,
            "Butterfly instance. Sealed invokes go to POST /invoke.\n",
        ),
        "/health" => response::json_value(StatusCode::OK, &json!({"status": "ok"})),
        "/ready" => ready(instance),
        "/capabilities" => response::json_value(StatusCode::OK, &known_apis()),
        DISCOVERY_PATH => discovery(instance),
        // Anybody else must not even learn that it is here.
        "/metrics" if peer.to_canonical().is_loopback() => metrics(instance),
        _ => return None,
    })
}

fn ready(instance: &Instance) -> Answer {
    if instance.is_ready() {
        return response::json_value(StatusCode::OK, &json!({"status": "ready"}));
    }
    if instance.has_failing_disk() {
        return response::no_disk();
    }
    response::overloaded()
}

fn discovery(instance: &Instance) -> Answer {
    let document = Discovery {
        instance_id: instance.id().clone(),
        name: instance.settings().name.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        profiles: vec![Profile::Native, Profile::Legacy],
        actions: action_names(),
        identity: Some(instance.identity().key()),
    };
    response::json_value(StatusCode::OK, &json!(document))
}

/// The public APIs that are known by name, as the original tells them.
fn known_apis() -> Value {
    apis::ALL
        .iter()
        .map(|api| {
            let told = json!({"data_reference": api.data_reference, "description": api.description});
            (api.name.to_owned(), told)
        })
        .collect::<Map<_, _>>()
        .into()
}

fn metrics(instance: &Instance) -> Answer {
    let text = instance.metrics().text(instance.moment());
    response::answer(StatusCode::OK, "text/plain; version=0.0.4", text)
}

fn action_names() -> Vec<String> {
    actions::table::ALL
        .iter()
        .map(|action| action.name.to_owned())
        .collect()
}

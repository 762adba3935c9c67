//! Data that is fetched with a header which a credential pointer holds.

use crate::running::{Running, call, get, problem_of, result_of, text, through};
use butterfly_console::model::{Grant, Timestamp};
use butterfly_console::protocol::{Code, HeldCredential};
use butterfly_console::seal::{FernetKey, LegacyKeys, TokenSecret, fernet};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const TOKEN: &str = "Bearer of-this-nobody-hears-again";

/// A server that answers everything with `{}` and tells the heads of the requests that it got.
struct Source {
    origin: String,
    heads: UnboundedReceiver<String>,
}

impl Source {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (sender, heads) = unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                sender.send(String::from_utf8(head).unwrap()).unwrap();
                let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { origin, heads }
    }

    fn url(&self) -> String {
        format!("{}/data", self.origin)
    }
}

async fn start() -> (Running, Source) {
    let running = Running::start_allowing("alpha", &["127.0.0.0/8"]).await;
    (running, Source::open().await)
}

/// A credential pointer for these origins.
async fn holding(running: &Running, origins: &[&str]) -> String {
    let made = running
        .get(
            "create_credential_pointer",
            json!({"header": "Authorization", "token": TOKEN, "origins": origins, "tags": ["keys"]}),
        )
        .await;
    text(&made["pointer"]["address"])
}

fn closed(source: &Source, credential: &str, connection: &str) -> Value {
    json!({
        "data_reference": source.url(),
        "connection_id": connection,
        "credential_pointer_address": credential,
        "tags": ["data"],
    })
}

#[tokio::test]
async fn the_header_goes_with_the_fetch_and_is_shown_nowhere() {
    let (running, mut source) = start().await;
    let credential = holding(&running, &[&source.origin]).await;
    let connection = running.connection("outside", None).await;
    let pointer = running.pointer(closed(&source, &credential, &connection)).await;
    assert_eq!(
        result_of(running.invoke(&connection, &pointer).await)["data"],
        json!({})
    );
    let head = source.heads.recv().await.unwrap();
    assert!(head.contains(&format!("authorization: {TOKEN}\r\n")), "{head}");
    let shown = running
        .get("get_pointer", json!({"pointer_address": credential}))
        .await;
    let listed = running.get("list_pointers", json!({})).await;
    let trail = running.trail().await;
    for told in [shown, listed, json!(trail)] {
        assert!(!told.to_string().contains("nobody-hears"), "{told}");
    }
}

#[tokio::test]
async fn threat_51_a_header_cannot_be_had_sent_to_another_server() {
    let (running, source) = start().await;
    let mut thief = Source::open().await;
    let credential = holding(&running, &[&source.origin]).await;
    let connection = running.connection("outside", None).await;
    let (code, told) = running
        .fails("create_pointer", closed(&thief, &credential, &connection))
        .await;
    assert_eq!(code, Code::FetchRefused, "{told}");
    let pointer = running.pointer(closed(&source, &credential, &connection)).await;
    let moved = json!({"pointer_address": pointer, "data_reference": thief.url()});
    let (code, _) = running.fails("update_pointer", moved).await;
    assert_eq!(code, Code::FetchRefused);
    assert!(thief.heads.try_recv().is_err());
}

#[tokio::test]
async fn the_header_of_a_pointer_can_be_put_on_changed_and_taken_off() {
    let (running, mut source) = start().await;
    let credential = holding(&running, &[&source.origin]).await;
    let connection = running.connection("outside", None).await;
    let mut open = closed(&source, &credential, &connection);
    open.as_object_mut().unwrap().remove("credential_pointer_address");
    let pointer = running.pointer(open).await;
    let mut sends_it = async || {
        result_of(running.invoke(&connection, &pointer).await);
        source.heads.recv().await.unwrap().contains("authorization: ")
    };
    assert!(!sends_it().await);

    let change = |credential: Value| {
        let asked = json!({"pointer_address": pointer, "credential_pointer_address": credential});
        running.get("update_pointer", asked)
    };
    let changed = change(json!(credential)).await;
    assert_eq!(
        changed["pointer"]["credential_pointer_address"],
        json!(credential)
    );
    assert!(sends_it().await);
    // What is not named stays.
    let described = json!({"pointer_address": pointer, "description": "behind a login"});
    running.get("update_pointer", described).await;
    assert!(sends_it().await);
    let changed = change(Value::Null).await;
    assert_eq!(changed["pointer"].get("credential_pointer_address"), None);
    assert!(!sends_it().await);
}

#[tokio::test]
async fn threat_51_a_pointer_cannot_be_given_a_header_that_is_for_another_server() {
    let (running, source) = start().await;
    let credential = holding(&running, &["https://api.example.com"]).await;
    let connection = running.connection("outside", None).await;
    let mut open = closed(&source, &credential, &connection);
    open.as_object_mut().unwrap().remove("credential_pointer_address");
    let pointer = running.pointer(open).await;
    let asked = json!({"pointer_address": pointer, "credential_pointer_address": credential});
    let (code, told) = running.fails("update_pointer", asked).await;
    assert_eq!(code, Code::FetchRefused, "{told}");
    let nothing = json!({"pointer_address": pointer, "credential_pointer_address": pointer});
    let (code, _) = running.fails("update_pointer", nothing).await;
    assert_eq!(code, Code::InvalidParameter, "a pointer that holds no header");
}

/// A credential pointer of the original's form, whose header `X-Api-Key: 0123` does not say where it may go.
async fn unbound(running: &Running) -> String {
    let asked = json!({
        "name": "old",
        "app_id": "old",
        "profile": "legacy",
        "grant": {"owner": true, "writes": true},
    });
    let issued = running.get("issue_credential", asked).await;
    let keys = LegacyKeys::new(
        &TokenSecret::parse(&text(&issued["secret"]["jwt_secret_key"])).unwrap(),
        &FernetKey::parse(&text(&issued["secret"]["encryption_key"])).unwrap(),
    );
    let written = json!({"header": "X-Api-Key", "token": "0123"}).to_string();
    let sealed = fernet::seal(&keys, Timestamp::now(), written.as_bytes());
    running
        .pointer(json!({"data_reference": sealed, "tags": ["keys"]}))
        .await
}

/// Somebody who may write every pointer, and use a connection.
async fn writer(running: &Running, connection: &str) -> HeldCredential {
    let mut grant = Grant::read([
        "begin_import",
        "create_credential_pointer",
        "create_pointer",
        "delete_pointer",
        "get_pointer",
        "import_pointers",
        "invoke_through_connection",
        "update_pointer",
    ]);
    grant.writes = true;
    grant.pointers.all = true;
    grant.pointers.connections.insert(connection.parse().unwrap());
    running.issue("friend", grant).await
}

#[tokio::test]
async fn threat_51_a_header_without_origins_cannot_be_had_sent_by_moving_its_text() {
    let (running, source) = start().await;
    let mut thief = Source::open().await;
    let owners = unbound(&running).await;
    let connection = running.connection("outside", None).await;
    let friend = writer(&running, &connection).await;
    let shown = get(&friend, "get_pointer", json!({"pointer_address": owners})).await;
    let stolen = text(&shown["data_reference"]);

    // Into a credential pointer of the friend's own, which was bound when a pointer was made that names it.
    let own = json!({"header": "X-Key", "token": "1", "origins": [thief.origin], "tags": ["keys"]});
    let own = get(&friend, "create_credential_pointer", own).await;
    let own = text(&own["pointer"]["address"]);
    let leading = get(&friend, "create_pointer", closed(&thief, &own, &connection)).await;
    let leading = text(&leading["pointer"]["address"]);
    let moved = json!({"pointer_address": own, "data_reference": format!("{stolen} ")});
    get(&friend, "update_pointer", moved).await;
    let followed = call(
        &friend,
        "invoke_through_connection",
        through(&connection, &leading),
    )
    .await;
    let (code, told) = problem_of(&followed.reply);
    assert_eq!(code, Code::AccessDenied, "{told}");
    assert!(told.to_string().contains("friend"), "{told}");
    assert_eq!(
        problem_of(&running.invoke(&connection, &leading).await).0,
        Code::AccessDenied,
        "nor by the owner's hand"
    );

    // Into one of the owner's pointers, by writing over its text.
    let bound = holding(&running, &[&source.origin]).await;
    let pointer = running.pointer(closed(&source, &bound, &connection)).await;
    let moved = json!({"pointer_address": bound, "data_reference": format!(" {stolen}")});
    get(&friend, "update_pointer", moved).await;
    assert_eq!(
        problem_of(&running.invoke(&connection, &pointer).await).0,
        Code::AccessDenied
    );

    // Out of its place, to be brought in again by an import, whose rows name no author.
    get(&friend, "delete_pointer", json!({"pointer_address": owners})).await;
    let import = get(&friend, "begin_import", json!({})).await["import_id"].clone();
    let rows = json!({"import_id": import, "pointers": [{"data_reference": stolen, "tags": ["keys"]}]});
    let staged = get(&friend, "import_pointers", rows).await;
    assert!(staged.to_string().contains("owner_only"), "{staged}");
    assert!(thief.heads.try_recv().is_err());
}

#[tokio::test]
async fn a_header_of_the_originals_form_is_sent_where_the_owner_says_only() {
    let (running, mut source) = start().await;
    let credential = unbound(&running).await;
    let connection = running.connection("outside", None).await;
    let friend = writer(&running, &connection).await;
    let refused = call(
        &friend,
        "create_pointer",
        closed(&source, &credential, &connection),
    )
    .await;
    assert_eq!(problem_of(&refused.reply).0, Code::OwnerOnly);
    let pointer = running.pointer(closed(&source, &credential, &connection)).await;
    result_of(
        running
            .ask("invoke_through_connection", through(&connection, &pointer))
            .await,
    );
    assert!(source.heads.recv().await.unwrap().contains("x-api-key: 0123\r\n"));
}

#[tokio::test]
async fn what_holds_no_header_is_refused_at_once_and_what_is_gone_is_said() {
    let (running, mut source) = start().await;
    let connection = running.connection("outside", None).await;
    let other = running
        .pointer(json!({"data_reference": "a shelf in the cellar"}))
        .await;
    let (code, _) = running
        .fails("create_pointer", closed(&source, &other, &connection))
        .await;
    assert_eq!(code, Code::InvalidParameter);
    let credential = holding(&running, &[&source.origin]).await;
    let pointer = running.pointer(closed(&source, &credential, &connection)).await;
    running
        .get("delete_pointer", json!({"pointer_address": credential}))
        .await;
    let (code, told) = problem_of(&running.invoke(&connection, &pointer).await);
    assert_eq!(code, Code::PointerNotFound, "{told}");
    assert!(source.heads.try_recv().is_err());
}

#[tokio::test]
async fn a_row_of_an_import_names_its_credential_pointer_by_what_that_holds() {
    let (running, mut source) = start().await;
    let credential = holding(&running, &[&source.origin]).await;
    let connection = running.connection("outside", None).await;
    let shown = running.get("list_pointers", json!({"filter": "#keys"})).await;
    let sealed = shown["pointers"][0]["data_reference"].clone();
    assert!(sealed.is_string(), "{shown}");
    running
        .get("delete_pointer", json!({"pointer_address": credential}))
        .await;
    let id = running.get("begin_import", json!({})).await["import_id"].clone();
    let stage = async |rows: Value| {
        running
            .get("import_pointers", json!({"import_id": id, "pointers": rows}))
            .await
    };
    let mut row = closed(&source, &credential, &connection);
    let refused = stage(json!([row])).await;
    let message = text(&refused["rejected"][0]["message"]);
    assert!(
        message.contains("update_pointer") && message.contains(&credential),
        "{message}"
    );
    row["credential_pointer_reference"] = sealed.clone();
    // It has to be there, or to have been staged by an earlier call.
    assert_eq!(stage(json!([row])).await["accepted"], 0);
    assert_eq!(stage(json!([{"data_reference": sealed}])).await["accepted"], 1);
    let mut elsewhere = row.clone();
    elsewhere["data_reference"] = json!("https://elsewhere.example/data");
    let staged = stage(json!([row, elsewhere])).await;
    assert_eq!(
        staged["accepted"], 1,
        "a header goes to its own servers only: {staged}"
    );
    running.get("commit_import", json!({"import_id": id})).await;
    let found = running.get("list_pointers", json!({"filter": "#data"})).await;
    let pointer = text(&found["pointers"][0]["address"]);
    result_of(running.invoke(&connection, &pointer).await);
    let head = source.heads.recv().await.unwrap();
    assert!(head.contains(TOKEN), "{head}");
}

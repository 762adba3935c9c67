//! The entry of a hosted instance: any bytes on a connection are answered by HTTP or by its end, never by a fault of ours.

use butterfly_console::instance::{Instance, NewInstance};
use butterfly_console::model::InstanceName;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

struct Hosted {
    runtime: Runtime,
    address: SocketAddr,
    _home: TempDir,
}

static HOSTED: LazyLock<Hosted> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let home = TempDir::new().expect("a temporary folder");
    let folder = home.path().join("alpha");
    let address = runtime.block_on(async {
        let new = NewInstance {
            key: Default::default(),
            name: InstanceName::parse("alpha").expect("well formed"),
            listen: "127.0.0.1:0".parse().expect("well formed"),
            endpoint: None,
            insecure_http: false,
            tls: None,
        };
        Instance::create(&folder, new)
            .await
            .expect("an instance can be made");
        let instance = Instance::open(&folder, None).await.expect("and opened");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let instance: Arc<Instance> = instance;
            let _ = instance.serve(listener, CancellationToken::new()).await;
        });
        address
    });
    Hosted {
        runtime,
        address,
        _home: home,
    }
});

/// One case.
pub fn check(data: &[u8]) {
    let answer = HOSTED.runtime.block_on(async {
        let mut stream = TcpStream::connect(HOSTED.address).await.expect("it listens");
        // It may hang up before all is written.
        let _ = stream.write_all(data).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(Duration::from_secs(5), read)
            .await
            .expect("it ends");
        answer
    });
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."));
    assert!(!answer.starts_with(b"HTTP/1.1 500"));
}

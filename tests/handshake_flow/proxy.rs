//! What is between two instances: it records everything, and may lose a reply.

use butterfly_console::model::Endpoint;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct Inside {
    target: Mutex<Option<SocketAddr>>,
    heard: Mutex<Vec<u8>>,
    to_lose: AtomicUsize,
}

pub struct Proxy {
    pub endpoint: Endpoint,
    inside: Arc<Inside>,
}

impl Proxy {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Inside::default());
        let shared = Arc::clone(&inside);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { carry(client, &shared).await });
            }
        });
        Self {
            endpoint: Endpoint::parse(&format!("http://{address}/invoke")).unwrap(),
            inside,
        }
    }

    pub fn lead_to(&self, target: SocketAddr) {
        *self.inside.target.lock().unwrap() = Some(target);
    }

    /// Loses the next replies, after the instance has given them.
    pub fn lose(&self, replies: usize) {
        self.inside.to_lose.store(replies, Ordering::SeqCst);
    }

    pub fn left_to_lose(&self) -> usize {
        self.inside.to_lose.load(Ordering::SeqCst)
    }

    /// Whether these bytes went by.
    pub fn heard(&self, bytes: &[u8]) -> bool {
        let heard = self.inside.heard.lock().unwrap();
        heard.windows(bytes.len()).any(|window| window == bytes)
    }
}

async fn carry(mut client: TcpStream, inside: &Inside) {
    let Some(target) = *inside.target.lock().unwrap() else {
        return;
    };
    let Ok(mut server) = TcpStream::connect(target).await else {
        return;
    };
    let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                inside.heard.lock().unwrap().extend_from_slice(&up[..count]);
                if server.write_all(&up[..count]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                inside.heard.lock().unwrap().extend_from_slice(&down[..count]);
                let loses = inside
                    .to_lose
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok();
                if loses || client.write_all(&down[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

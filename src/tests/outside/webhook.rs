//! A receiver of webhooks on a real socket.

use crate::{done, id, now, refused, unknown};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::domain::canonical::canonical;
use countersign::server::actions::outside::Delivery;
use countersign::server::actions::outside::guard::{Guard, GuardSettings, Lookup, network};
use countersign::server::actions::outside::signature;
use countersign::server::actions::outside::webhook::{BODY_MAX, Limits, Target, WebhookClient};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const KEY: [u8; 32] = [42; 32];

/// What the receiver does with a request.
#[derive(Clone)]
enum Act {
    Answer(String),
    /// Reads all and closes without a word.
    Die,
    /// Closes after this many bytes of the request.
    DieAfter(usize),
    /// Reads all and says nothing.
    Stall,
    /// Says this and then nothing more, holding the connection.
    AnswerThenStall(String),
    /// Reads nothing at all.
    Ignore,
}

fn answer(status: &str, headers: &str, body: &str) -> Act {
    Act::Answer(format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()))
}

struct Request {
    line: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

struct Receiver {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (count, kept) = (connections.clone(), requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, act.clone(), kept.clone()));
            }
        });
        Self { address, connections, requests }
    }

    fn url(&self) -> String {
        format!("http://{}/hook?token=query-secret", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, act: Act, kept: Arc<Mutex<Vec<Request>>>) {
    match act {
        Act::Ignore => return tokio::time::sleep(Duration::from_secs(60)).await,
        Act::DieAfter(bytes) => {
            let mut some = vec![0; bytes];
            let _ = stream.read_exact(&mut some).await;
            return;
        }
        _ => {}
    }
    let Some(request) = read_request(&mut stream).await else { return };
    kept.lock().unwrap().push(request);
    match act {
        Act::Answer(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Act::AnswerThenStall(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Act::Stall => tokio::time::sleep(Duration::from_secs(60)).await,
        Act::Die | Act::DieAfter(_) | Act::Ignore => {}
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let mut body = bytes[head_end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { line, headers, body })
}

fn loopback() -> GuardSettings {
    GuardSettings { allow_http: true, allow: vec![network("127.0.0.0/8").unwrap()] }
}

fn quick() -> Limits {
    Limits { connect: Duration::from_millis(500), total: Duration::from_millis(1500) }
}

fn client() -> WebhookClient {
    WebhookClient::with(Guard::new(loopback()), quick()).unwrap()
}

fn target(url: impl Into<String>) -> Target {
    Target { url: url.into(), secret: signature::secret(&KEY), old_secret: None }
}

async fn call(url: impl Into<String>) -> Delivery {
    client().call(id().0, &target(url), &payload(), 1, now()).await
}

fn payload() -> Value {
    json!({"z": 1, "a": {"text": "Grüße \u{202e}"}, "list": [true, null]})
}

/// HMAC as RFC 2104 defines it, written here so that the signature is not checked against itself.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner: Vec<u8> = block.iter().map(|b| b ^ 0x36).chain(message.iter().copied()).collect();
    let outer: Vec<u8> = block.iter().map(|b| b ^ 0x5c).chain(Sha256::digest(&inner)).collect();
    Sha256::digest(&outer).to_vec()
}

#[tokio::test]
async fn a_call_is_signed_and_says_what_was_answered() {
    let receiver = Receiver::start(answer("202 Accepted", "", r#"{"ok":"ja"}"#)).await;
    let result = done(client().call(id().0, &target(receiver.url()), &payload(), 3, now()).await);
    assert_eq!(result, json!({"status": 202, "body": r#"{"ok":"ja"}"#, "bodyTruncated": false}));

    let requests = receiver.requests.lock().unwrap();
    let request = &requests[0];
    assert_eq!(request.line, "POST /hook?token=query-secret HTTP/1.1");
    assert_eq!(request.body, canonical(&payload()).into_bytes());
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["webhook-id"], id().to_string());
    assert_eq!(request.headers["idempotency-key"], id().to_string());
    assert_eq!(request.headers["webhook-timestamp"], "1700000000");
    assert_eq!(request.headers["x-countersign-attempt"], "3");
    let mut signed = format!("{}.1700000000.", id()).into_bytes();
    signed.extend_from_slice(&request.body);
    let expected = format!("v1,{}", STANDARD.encode(hmac_sha256(&KEY, &signed)));
    assert_eq!(request.headers["webhook-signature"], expected);
    for absent in ["cookie", "authorization", "referer", "accept-encoding"] {
        assert!(!request.headers.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn each_attempt_is_one_request_on_a_connection_of_its_own_with_the_same_key_and_body() {
    let receiver = Receiver::start(answer("200 OK", "connection: keep-alive\r\n", "")).await;
    let client = client();
    for attempt in 1..=3 {
        done(client.call(id().0, &target(receiver.url()), &payload(), attempt, now()).await);
    }
    let requests = receiver.requests.lock().unwrap();
    assert_eq!((requests.len(), receiver.connections()), (3, 3));
    assert!(requests.iter().all(|r| r.body == requests[0].body));
    assert!(requests.iter().all(|r| r.headers["idempotency-key"] == id().to_string()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::start(answer("200 OK", "", "")).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = format!("location: http://{}/\r\n", elsewhere.address);
        let receiver = Receiver::start(answer(status, &location, "")).await;
        assert!(refused(call(receiver.url()).await).contains("redirect"), "{status}");
        assert_eq!(receiver.connections(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn refusals_and_failures_are_told_apart() {
    for status in ["400 Bad", "401 No", "404 Gone", "409 Conflict", "410 Gone", "422 No", "425 Too Early"] {
        let receiver = Receiver::start(answer(status, "", "because")).await;
        assert!(refused(call(receiver.url()).await).contains("because"), "{status}");
    }
    for status in ["408 Timeout", "500 Oops", "502 Bad Gateway", "503 Busy", "504 Timeout"] {
        let receiver = Receiver::start(answer(status, "", "")).await;
        unknown(call(receiver.url()).await);
        assert_eq!(receiver.connections(), 1, "{status}");
    }
    let receiver = Receiver::start(answer("429 Too Many", "retry-after: 30\r\n", "")).await;
    assert!(refused(call(receiver.url()).await).contains("retry after 30"));
    let receiver = Receiver::start(answer("409 Conflict", "", "")).await;
    unknown(client().call(id().0, &target(receiver.url()), &payload(), 2, now()).await);
}

#[tokio::test]
async fn nobody_listening_is_a_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let why = refused(call(format!("http://{address}/?token=query-secret")).await);
    assert!(!why.contains("query-secret"), "{why}");
}

#[tokio::test]
async fn a_receiver_that_dies_or_stalls_with_the_request_leaves_it_unknown() {
    let acts = [
        Act::Die,
        Act::DieAfter(0),
        Act::DieAfter(20),
        Act::Stall,
        Act::Ignore,
        Act::Answer("HTTP/1.1 2".to_owned()),
        Act::Answer("220 mail.example ESMTP\r\n".to_owned()),
        Act::Answer("HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        Act::AnswerThenStall("HTTP/1.1 200".to_owned()),
    ];
    for act in acts {
        let receiver = Receiver::start(act).await;
        let why = unknown(call(receiver.url()).await);
        assert_eq!(receiver.connections(), 1, "{why}");
        assert!(!why.contains("query-secret"), "{why}");
    }
}

#[tokio::test]
async fn a_status_counts_even_if_the_body_breaks_off() {
    for act in [
        Act::Answer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned()),
        Act::AnswerThenStall("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned()),
    ] {
        let receiver = Receiver::start(act).await;
        let result = done(call(receiver.url()).await);
        assert_eq!(result, json!({"status": 200, "body": "half", "bodyTruncated": true}));
    }
}

#[tokio::test]
async fn a_long_body_is_cut_and_a_strange_one_can_be_stored() {
    let long = "x".repeat(BODY_MAX * 20);
    let receiver = Receiver::start(answer("200 OK", "", &long)).await;
    let result = done(call(receiver.url()).await);
    assert_eq!(result["body"].as_str().unwrap().len(), BODY_MAX);
    assert_eq!(result["bodyTruncated"], true);

    let exact = "x".repeat(BODY_MAX);
    let receiver = Receiver::start(answer("200 OK", "", &exact)).await;
    assert_eq!(done(call(receiver.url()).await)["bodyTruncated"], false);

    let receiver = Receiver::start(answer("200 OK", "", "a\0b")).await;
    assert_eq!(done(call(receiver.url()).await)["body"], "a\u{fffd}b");

    let receiver = Receiver::start(answer("400 Bad", "", &long)).await;
    assert!(refused(call(receiver.url()).await).len() < 1000);
}

#[tokio::test]
async fn a_failed_or_stalled_tls_handshake_is_a_refusal() {
    for act in [Act::DieAfter(1), Act::Ignore] {
        let receiver = Receiver::start(act).await;
        refused(call(format!("https://{}/", receiver.address)).await);
    }
}

#[tokio::test]
async fn a_bad_url_or_secret_calls_nobody() {
    let receiver = Receiver::start(answer("200 OK", "", "")).await;
    let strict = WebhookClient::with(Guard::new(GuardSettings::default()), quick()).unwrap();
    refused(strict.call(id().0, &target(receiver.url()), &payload(), 1, now()).await);
    let port = receiver.address.port();
    for host in
        ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "user@127.0.0.1"]
    {
        let only_http = GuardSettings { allow_http: true, allow: vec![] };
        let client = WebhookClient::with(Guard::new(only_http), quick()).unwrap();
        refused(client.call(id().0, &target(format!("http://{host}:{port}/")), &payload(), 1, now()).await);
    }
    let bad_secret = Target { url: receiver.url(), secret: "whsec_short".to_owned(), old_secret: None };
    refused(client().call(id().0, &bad_secret, &payload(), 1, now()).await);
    assert_eq!(receiver.connections(), 0);
}

/// A name server whose answer changes with every question.
struct Turning {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Turning {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let answers =
            answers.iter().map(|list| list.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Lookup for Turning {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        self.answers
            .get(turn % self.answers.len().max(1))
            .cloned()
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such host"))
    }
}

fn with_lookup(allow: &[&str], lookup: Arc<dyn Lookup>) -> WebhookClient {
    let allow = allow.iter().map(|text| network(text).unwrap()).collect();
    WebhookClient::with(Guard::with_lookup(GuardSettings { allow_http: true, allow }, lookup), quick())
        .unwrap()
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to() {
    let honest = Receiver::start(answer("200 OK", "", "honest")).await;
    let names = Turning::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let client = with_lookup(&["127.0.0.1"], names.clone());
    let hook = target(format!("http://rebind.example:{}/", honest.address.port()));

    assert_eq!(done(client.call(id().0, &hook, &payload(), 1, now()).await)["body"], "honest");
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    assert_eq!(honest.requests.lock().unwrap()[0].headers["host"], hook.url[7..hook.url.len() - 1]);

    // The second connection asks again, gets the inner address, and is refused.
    let why = refused(client.call(id().0, &hook, &payload(), 2, now()).await);
    assert_eq!(why, "The webhook was not called: the address of rebind.example is not public.");
    assert_eq!((names.asked.load(Ordering::SeqCst), honest.connections()), (2, 1));
}

#[tokio::test]
async fn a_private_address_among_public_ones_refuses_the_call() {
    let inner = Receiver::start(answer("200 OK", "", "")).await;
    let hook = target(format!("http://mixed.example:{}/", inner.address.port()));
    for answers in
        [&["127.0.0.1"][..], &["8.8.8.8", "127.0.0.1"], &["::ffff:127.0.0.1"], &["64:ff9b::7f00:1"]]
    {
        let client = with_lookup(&[], Turning::new(&[answers]));
        assert!(refused(client.call(id().0, &hook, &payload(), 1, now()).await).contains("not public"));
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_name_without_an_answer_is_a_refusal() {
    let hook = target("http://nowhere.example/");
    let missing = with_lookup(&[], Turning::new(&[]));
    assert!(
        refused(missing.call(id().0, &hook, &payload(), 1, now()).await).contains("could not be looked up")
    );
    let empty = with_lookup(&[], Turning::new(&[&[]]));
    assert!(refused(empty.call(id().0, &hook, &payload(), 1, now()).await).contains("no address"));

    struct Never;
    #[async_trait]
    impl Lookup for Never {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            std::future::pending().await
        }
    }
    refused(with_lookup(&[], Arc::new(Never)).call(id().0, &hook, &payload(), 1, now()).await);
}

//! Slow clients on real sockets: each is shown the door, and nobody else waits for them.

use super::support::*;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use countersign::server::http::body::{self, BodyTimes};
use countersign::server::http::guard_io::Patience;
use countersign::server::http::serve::{Settings, serve};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const HEADER: Duration = Duration::from_millis(400);
const IDLE: Duration = Duration::from_secs(2);
/// Later than a header's end on a busy machine, earlier than an idle connection's.
const SOON: Duration = Duration::from_millis(1_800);

struct Server {
    address: SocketAddr,
    shutdown: CancellationToken,
    done: tokio::task::JoinHandle<()>,
}

async fn start(app: Router, shutdown: CancellationToken, max_connections: usize) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        patience: Patience { header: HEADER, idle: IDLE, stalled: Duration::from_millis(700) },
        max_connections,
        grace: Duration::from_secs(5),
    };
    let done = tokio::spawn(serve(listener, app, settings, shutdown.clone()));
    Server { address, shutdown, done }
}

async fn small() -> Server {
    let times = BodyTimes { between_frames: Duration::from_millis(300), in_all: Duration::from_secs(1) };
    let app = Router::new()
        .route("/", get(|| async { "hello" }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(IDLE + HEADER).await;
                "slow"
            }),
        )
        .route("/big", get(|| async { vec![b'x'; 64 << 20] }))
        .route("/", post(|body: String| async move { body.len().to_string() }))
        .layer(from_fn(move |request, next| body::buffer(times, request, next)));
    start(app, CancellationToken::new(), 64).await
}

/// What comes back until the server closes, and how long that took.
async fn drain(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(8), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection stayed open: {}", String::from_utf8_lossy(&answer));
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

async fn open(server: &Server, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn silence_and_half_a_header_are_cut_off() {
    let server = small().await;
    for text in ["", "P", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"] {
        let (answer, took) = drain(open(&server, text).await).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{text:?}: {answer}");
        assert!(took >= HEADER / 2 && took < SOON, "{text:?}: {took:?}");
    }
}

#[tokio::test]
async fn a_header_that_drips_is_cut_off() {
    let server = small().await;
    let (mut reader, mut writer) = open(&server, "GET / HTTP/1.1\r\n").await.into_split();
    let begun = Instant::now();
    let drip = tokio::spawn(async move {
        for _ in 0..100 {
            if writer.write_all(b"x: y\r\n").await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), reader.read_to_end(&mut answer)).await.unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    drip.abort();
}

#[tokio::test]
async fn a_second_header_has_its_own_clock() {
    let server = small().await;
    let mut stream = open(&server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    read_answer(&mut stream).await;
    tokio::time::sleep(HEADER + HEADER / 4).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(read_answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let (_, took) = drain(stream).await;
    assert!(took >= HEADER / 2 && took < SOON, "{took:?}");
}

async fn read_answer(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let mut text = String::new();
    while !text.ends_with("hello") {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "closed after {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    text
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_working_one_is_not() {
    let server = small().await;
    let mut idle = open(&server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    read_answer(&mut idle).await;
    let (rest, took) = drain(idle).await;
    assert!(rest.is_empty(), "{rest}");
    assert!(took >= IDLE / 2 && took < IDLE * 3, "{took:?}");
    let working = open(&server, "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(drain(working).await.0.ends_with("slow"));
}

#[tokio::test]
async fn a_slow_body_gets_408() {
    let server = small().await;
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc";
    let (answer, took) = drain(open(&server, post).await).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    // One byte at a time, each in time, never done.
    let (mut reader, mut writer) = open(&server, post).await.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let begun = Instant::now();
    let mut buffer = vec![0; 4096];
    let count = reader.read(&mut buffer).await.unwrap();
    assert!(String::from_utf8_lossy(&buffer[..count]).starts_with("HTTP/1.1 408"));
    assert!(begun.elapsed() < Duration::from_secs(3));
    drip.abort();
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_cut_off() {
    let server = small().await;
    let stream = open(&server, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    let mut stream = stream;
    let mut total = 0_usize;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => total += count,
        }
    }
    assert!(total < 64 << 20, "all of it came");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let app = Router::new().route("/", get(|| async { "hello" }));
    let server = start(app, CancellationToken::new(), 2).await;
    let _held = [open(&server, "GET").await, open(&server, "GET").await];
    let begun = Instant::now();
    let third = open(&server, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(drain(third).await.0.ends_with("hello"));
    assert!(begun.elapsed() >= HEADER / 2);
}

#[tokio::test]
async fn stopping_finishes_answers_and_ends_streams() {
    let app = app().await;
    let server = start(app.router.clone(), app.state.shutdown.clone(), 64).await;
    let held = open(&server, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let events = open(&server, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let idle = open(&server, "").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    server.shutdown.cancel();
    let (held, events, _) = tokio::join!(drain(held), drain(events), drain(idle));
    assert!(held.0.ends_with("held"), "{}", held.0);
    assert!(events.0.contains("event: approval") && events.0.ends_with("0\r\n\r\n"), "{}", events.0);
    server.done.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(TcpStream::connect(server.address).await.is_err());
}

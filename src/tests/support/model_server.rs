//! Language models on a real socket, which speak and refuse as OpenAI, Anthropic, Gemini and Ollama do.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use futures::{StreamExt, stream};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::slice::from_ref;
use std::sync::{Arc, Mutex};
use tokio::{net::TcpListener, task::JoinSet};

pub struct ModelServer {
    address: String,
    kept: Arc<Kept>,
    /// Ends when it is dropped, and with it all connections: `axum::serve` would leave them open.
    _task: JoinSet<()>,
}

type Decides = Arc<dyn Fn(&Value) -> Option<Reply> + Send + Sync>;

#[derive(Default)]
struct Kept {
    replies: Mutex<VecDeque<Reply>>,
    decides: Mutex<Option<Decides>>,
    asked: Mutex<Vec<Asked>>,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    /// Without `Bearer `.
    pub key: Option<String>,
    pub body: Value,
}

/// Id, name and arguments, which need not be JSON.
pub type Call = (String, String, String);
type Words<'a> = (&'a str, &'a [Call]);

#[derive(Clone, Debug)]
pub enum Reply {
    /// In several chunks.
    Text(String),
    /// Gemini and Ollama send objects: where arguments are none, the one says so as the reason to finish, and
    /// the other in an error. Gemini tells no ids.
    Tools { text: String, calls: Vec<Call> },
    /// A refusal; `retry_after` in seconds.
    Status { code: u16, message: String, retry_after: Option<u64> },
    /// Headers and a first chunk, then nothing until the client leaves.
    Stall,
    /// Not even headers.
    Silent,
    /// The stream ends in the middle of the answer; the connection is well.
    Cut,
    /// A stream of events that are not the provider's.
    Garbage(String),
    /// An error in the middle of the answer.
    ErrorEvent(String),
}

impl Reply {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub fn tool(name: &str, arguments: Value) -> Self {
        Self::tools(&[(name, arguments)])
    }

    pub fn tools(calls: &[(&str, Value)]) -> Self {
        let call = |(name, arguments): &(&str, Value)| {
            (format!("call_{:016x}", rand::random::<u64>()), (*name).to_owned(), arguments.to_string())
        };
        Self::Tools { text: String::new(), calls: calls.iter().map(call).collect() }
    }

    fn words(&self) -> Words<'_> {
        match self {
            Self::Text(text) => (text, &[]),
            Self::Tools { text, calls } => (text, calls),
            _ => ("This answer has no end.", &[]),
        }
    }
}

/// The input and output tokens that the end of an answer reports, if it has one.
pub fn usage_of(request: &Value, reply: &Reply) -> (i64, i64) {
    let chars = |text: &str| text.chars().count() as i64;
    let (text, calls) = reply.words();
    let called: i64 = calls.iter().map(|(_, name, raw)| chars(name) + chars(raw)).sum();
    (chars(&request.to_string()) / 4, (chars(text) + called) / 4 + 1)
}

impl ModelServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, kept) = (listener.local_addr().unwrap(), Arc::<Kept>::default());
        let router: Router = Router::new()
            .route("/v1/chat/completions", ears(Wire::OpenAi))
            .route("/v1/messages", ears(Wire::Anthropic))
            .route("/v1beta/models/{call}", ears(Wire::Gemini))
            .route("/api/chat", ears(Wire::Ollama))
            .layer(DefaultBodyLimit::disable())
            .with_state(kept.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // Chunks are small, and would wait for each other.
                stream.set_nodelay(true).unwrap();
                let service = TowerToHyperService::new(router.clone());
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address: format!("http://{address}"), kept, _task: task }
    }

    /// Base addresses, as the real ones have them.
    pub fn openai(&self) -> String {
        format!("{}/v1/", self.address)
    }

    pub fn anthropic(&self) -> String {
        format!("{}/v1/", self.address)
    }

    pub fn gemini(&self) -> String {
        format!("{}/v1beta/", self.address)
    }

    pub fn ollama(&self) -> String {
        format!("{}/", self.address)
    }

    /// What comes next, in order, and then always "Done.". What is refused uses up nothing.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.kept.replies.lock().unwrap().extend(replies);
    }

    /// Answers before the queue does, by what is asked: for agents who talk at once.
    pub fn answer_with(&self, decides: impl Fn(&Value) -> Option<Reply> + Send + Sync + 'static) {
        *self.kept.decides.lock().unwrap() = Some(Arc::new(decides));
    }

    /// All that was posted, oldest first, also what was refused.
    pub fn requests(&self) -> Vec<Asked> {
        self.kept.asked.lock().unwrap().clone()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wire {
    OpenAi,
    Anthropic,
    Gemini,
    Ollama,
}

fn ears(wire: Wire) -> MethodRouter<Arc<Kept>> {
    post(move |State(kept): State<Arc<Kept>>, uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let key = ["authorization", "x-api-key", "x-goog-api-key"].iter().find_map(|name| headers.get(*name));
        let key = key.map(|key| key.to_str().unwrap().trim_start_matches("Bearer ").to_owned());
        let asked = Asked { path: uri.path().to_owned(), key, body: body.clone() };
        kept.asked.lock().unwrap().push(asked);
        let checked = matches!(wire, Wire::OpenAi | Wire::Anthropic);
        if let Some(Err(fault)) = checked.then(|| check(wire == Wire::OpenAi, &body)) {
            return refusal(wire, 400, &fault, None);
        }
        // Called without the lock, for it may use the server itself.
        let decides = kept.decides.lock().unwrap().clone();
        let next = || kept.replies.lock().unwrap().pop_front();
        let reply = decides.and_then(|decides| decides(&body)).or_else(next);
        match reply.unwrap_or_else(|| Reply::text("Done.")) {
            Reply::Status { code, message, retry_after } => refusal(wire, code, &message, retry_after),
            Reply::Silent => std::future::pending().await,
            Reply::Garbage(text) => streamed(Wire::OpenAi, vec![text], false),
            reply => streamed(wire, frames(wire, &body, &reply), matches!(reply, Reply::Stall)),
        }
    })
}

fn streamed(wire: Wire, frames: Vec<String>, stalls: bool) -> Response {
    let kind = if wire == Wire::Ollama { "application/x-ndjson" } else { "text/event-stream" };
    let said = stream::iter(frames).then(|frame| async move {
        // Lets go what was said before.
        tokio::task::yield_now().await;
        Ok::<_, std::io::Error>(frame)
    });
    let rest = stream::pending().take(usize::from(stalls));
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(said.chain(rest))).into_response()
}

fn refusal(wire: Wire, code: u16, message: &str, retry_after: Option<u64>) -> Response {
    let retry = retry_after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
    (StatusCode::from_u16(code).unwrap(), retry, Json(error(wire, code, message))).into_response()
}

fn error(wire: Wire, code: u16, message: &str) -> Value {
    let (openai, anthropic, gemini) = match code {
        401 => ("invalid_api_key", "authentication_error", "UNAUTHENTICATED"),
        429 => ("rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"),
        500.. => ("server_error", "overloaded_error", "UNAVAILABLE"),
        _ => ("invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
    };
    match wire {
        Wire::OpenAi => json!({"error": {"message": message, "type": openai, "param": null, "code": openai}}),
        Wire::Anthropic => json!({"type": "error", "error": {"type": anthropic, "message": message}}),
        Wire::Gemini => json!({"error": {"code": code, "message": message, "status": gemini}}),
        Wire::Ollama => json!({"error": message}),
    }
}

fn frames(wire: Wire, body: &Value, reply: &Reply) -> Vec<String> {
    let (words, usage) = (reply.words(), usage_of(body, reply));
    // The chunks, and how many there are up to the first piece of the text.
    let (mut said, opening) = match wire {
        Wire::OpenAi => (say_openai(body, words, usage), 2),
        Wire::Anthropic => (say_anthropic(body, words, usage), 4),
        Wire::Gemini => (say_gemini(words, usage), 1),
        Wire::Ollama => (say_ollama(body, words, usage), 1),
    };
    let breaks = matches!(reply, Reply::Stall | Reply::Cut | Reply::ErrorEvent(_));
    said.truncate(if breaks { opening } else { usize::MAX });
    if let Reply::ErrorEvent(message) = reply {
        said.push(error(wire, 503, message));
    }
    let frame = |data: &Value| match wire {
        Wire::OpenAi | Wire::Gemini => format!("data: {data}\n\n"),
        Wire::Anthropic => format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap()),
        Wire::Ollama => format!("{data}\n"),
    };
    // After an error too, as with vLLM.
    let done = wire == Wire::OpenAi && !matches!(reply, Reply::Stall | Reply::Cut);
    said.iter().map(frame).chain(done.then(|| "data: [DONE]\n\n".to_owned())).collect()
}

/// At most four pieces, cut wherever it happens.
fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(chars.len().div_ceil(4).max(1)).map(|piece| piece.iter().collect()).collect()
}

fn say_openai(body: &Value, (text, calls): Words, (read, wrote): (i64, i64)) -> Vec<Value> {
    let chunk = |choices: Value, usage: Value| {
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_760_000_000,
            "model": body["model"], "choices": choices, "usage": usage})
    };
    let delta = |delta: Value, end: Option<&str>| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": end}]), Value::Null)
    };
    let mut said = vec![delta(json!({"role": "assistant", "content": ""}), None)];
    said.extend(pieces(text).iter().map(|piece| delta(json!({"content": piece}), None)));
    for (index, (id, name, raw)) in calls.iter().enumerate() {
        let function = json!({"name": name, "arguments": ""});
        let mut parts = vec![json!({"index": index, "id": id, "type": "function", "function": function})];
        parts.extend(pieces(raw).iter().map(|raw| json!({"index": index, "function": {"arguments": raw}})));
        said.extend(parts.iter().map(|part| delta(json!({"tool_calls": [part]}), None)));
    }
    said.push(delta(json!({}), Some(if calls.is_empty() { "stop" } else { "tool_calls" })));
    if body["stream_options"]["include_usage"] == true {
        let all = json!({"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote});
        said.push(chunk(json!([]), all));
    }
    said
}

fn say_anthropic(body: &Value, (text, calls): Words, (input, output): (i64, i64)) -> Vec<Value> {
    let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"],
        "content": [], "stop_reason": null, "usage": {"input_tokens": input, "output_tokens": 1}});
    let mut said = vec![json!({"type": "message_start", "message": message}), json!({"type": "ping"})];
    let text = (!text.is_empty()).then(|| (json!({"type": "text", "text": ""}), "text_delta", "text", text));
    let uses = calls.iter().map(|(id, name, raw)| {
        let begins = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
        (begins, "input_json_delta", "partial_json", raw.as_str())
    });
    for (at, (begins, kind, key, whole)) in text.into_iter().chain(uses).enumerate() {
        said.push(json!({"type": "content_block_start", "index": at, "content_block": begins}));
        let deltas = pieces(whole).into_iter().map(|piece| json!({"type": kind, key: piece}));
        said.extend(deltas.map(|delta| json!({"type": "content_block_delta", "index": at, "delta": delta})));
        said.push(json!({"type": "content_block_stop", "index": at}));
    }
    let end = json!({"stop_reason": if calls.is_empty() { "end_turn" } else { "tool_use" }});
    said.push(json!({"type": "message_delta", "delta": end, "usage": {"output_tokens": output}}));
    said.push(json!({"type": "message_stop"}));
    said
}

fn say_gemini((text, calls): Words, (input, output): (i64, i64)) -> Vec<Value> {
    let chunk = |candidate: Value, output: i64| {
        json!({"candidates": [candidate], "usageMetadata": {"promptTokenCount": input,
            "candidatesTokenCount": output, "totalTokenCount": input + output}})
    };
    let part = |part: Value| chunk(json!({"content": {"parts": [part], "role": "model"}}), 0);
    let mut said: Vec<Value> = pieces(text).iter().map(|piece| part(json!({"text": piece}))).collect();
    let mut end = json!({"content": {}, "finishReason": "MALFORMED_FUNCTION_CALL"});
    if let Some(parsed) = parsed(calls) {
        let call = |((_, name, _), args): (&Call, _)| json!({"functionCall": {"name": name, "args": args}});
        said.extend(calls.iter().zip(parsed).map(|both| part(call(both))));
        end = json!({"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP"});
    }
    said.push(chunk(end, output));
    said
}

fn say_ollama(body: &Value, (text, calls): Words, (input, output): (i64, i64)) -> Vec<Value> {
    let line = |content: &str| {
        json!({"model": body["model"], "created_at": "2026-01-01T00:00:00Z", "done": false,
            "message": {"role": "assistant", "content": content}})
    };
    let mut said: Vec<Value> = pieces(text).iter().map(|piece| line(piece)).collect();
    let mut end = json!({"error": "error parsing tool call"});
    if let Some(parsed) = parsed(calls) {
        for ((id, name, _), arguments) in calls.iter().zip(parsed) {
            said.push(line(""));
            let call = json!({"id": id, "function": {"name": name, "arguments": arguments}});
            said.last_mut().unwrap()["message"]["tool_calls"] = json!([call]);
        }
        end = line("");
        (end["done"], end["done_reason"]) = (json!(true), json!("stop"));
        (end["prompt_eval_count"], end["eval_count"]) = (json!(input), json!(output));
    }
    said.push(end);
    said
}

/// The arguments of all calls, if all are objects.
fn parsed(calls: &[Call]) -> Option<Vec<Map<String, Value>>> {
    calls.iter().map(|(_, _, raw)| serde_json::from_str(raw).ok()).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is_name(value: &Value) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    value.as_str().is_some_and(|name| (1..=64).contains(&name.len()) && name.bytes().all(fits))
}

fn demand(holds: bool, fault: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(fault.into()) }
}

/// What OpenAI and Anthropic refuse.
fn check(openai: bool, body: &Value) -> Result<(), String> {
    let messages = list(&body["messages"]);
    let basics = body["model"].is_string() && !messages.is_empty() && body["stream"] == true;
    demand(basics, "'model', 'messages' and a true 'stream' are required.")?;
    demand(openai || body["max_tokens"].is_u64(), "max_tokens: Field required")?;
    demand(!openai || body["tools"] != json!([]), "Invalid 'tools': empty array.")?;
    for tool in list(&body["tools"]) {
        let function = if openai { &tool["function"] } else { tool };
        let schema = &function[if openai { "parameters" } else { "input_schema" }];
        let fits = is_name(&function["name"]) && schema["type"] == "object";
        demand(fits, format!("A tool needs a name by ^[a-zA-Z0-9_-]{{1,64}}$ and an object schema: {tool}"))?;
    }
    // The calls that have no result yet.
    let mut open: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let (role, content) = (&message["role"], &message["content"]);
        let blocks = if openai || content.is_string() { from_ref(message) } else { list(content) };
        let turn = openai || role == ["user", "assistant"][at % 2];
        demand(turn, format!("messages.{at}: the roles user and assistant must alternate"))?;
        let blank = |text: &Value| text.as_str().is_some_and(|text| text.trim().is_empty());
        let says = !blocks.is_empty() && !blank(content) && !blocks.iter().any(|block| blank(&block["text"]));
        demand(openai || says, format!("messages.{at}: text must contain non-whitespace text"))?;
        let mut calls = Vec::new();
        for block in blocks {
            if let Some(id) = block["tool_call_id"].as_str().or(block["tool_use_id"].as_str()) {
                let place = open.iter().position(|open| *open == id);
                open.remove(place.ok_or(format!("messages.{at}: a result without its call before: {id}"))?);
                continue;
            }
            let answered = open.is_empty() && role != "tool";
            demand(answered, format!("messages.{at}: calls without results before this: {open:?}"))?;
            let uses = if block["type"] == "tool_use" { from_ref(block) } else { list(&block["tool_calls"]) };
            for call in uses {
                let function = if openai { &call["function"] } else { call };
                // OpenAI itself takes any string as arguments; vLLM and SGLang do not.
                let object = |raw: &str| serde_json::from_str::<Map<String, Value>>(raw).is_ok();
                let fits = function["arguments"].as_str().is_some_and(object) || call["input"].is_object();
                let fits = fits && role == "assistant" && is_name(&call["id"]) && is_name(&function["name"]);
                demand(fits, format!("messages.{at}: a call needs an id, a name and an object: {call}"))?;
                calls.extend(call["id"].as_str());
            }
        }
        // Anthropic wants all results in one message.
        demand(openai || open.is_empty(), format!("messages.{at}: calls without results: {open:?}"))?;
        open.extend(calls);
    }
    let ends = open.is_empty() && (openai || messages.len() % 2 == 1);
    demand(ends, format!("The conversation must end with a user message, or with results: {open:?}"))
}

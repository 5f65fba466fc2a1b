//! The clients of model endpoints, over the crate `genai`, which speaks the protocols.

use super::conversation::{Answer, Conversation, ToolCall, Turn};
use super::{LanguageModel, ModelError, Reply};
use crate::domain::model::Provider;
use crate::server::config::ModelSettings;
use async_trait::async_trait;
use futures::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{
    ChatMessage, ChatOptions, ChatRequest, ChatStreamEvent, ContentPart, MessageContent, StopReason,
    StreamEnd, Tool, ToolCall as WireCall, ToolResponse,
};
use genai::resolver::{AuthData, Endpoint as Address};
use genai::{Client, ModelIden, ServiceTarget};
use serde_json::Value;
use std::time::Duration;

/// The longest that an endpoint may say nothing in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(60);
/// The longest answer that is read, in bytes of text and of arguments.
const ANSWER_MAX: usize = 1024 * 1024;
/// The longest part of an endpoint's own words that is passed on, in characters.
const WORDS_MAX: usize = 300;

/// One model at one endpoint.
pub struct Endpoint {
    /// How the settings call it.
    name: String,
    /// Never passed on, whatever the endpoint repeats.
    key: Option<String>,
    client: Client,
    model: ModelIden,
    options: ChatOptions,
    limit: Duration,
}

impl Endpoint {
    pub fn new(name: &str, settings: &ModelSettings, key: Option<String>) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|fault| format!("its HTTP client cannot be made: {fault}"))?;
        let auth = AuthData::from_single(key.clone().unwrap_or_else(|| "none".to_owned()));
        let address = settings.endpoint.as_deref().map(address).transpose()?;
        let client = Client::builder()
            .with_reqwest(http)
            .with_auth_resolver_fn(move |_: ModelIden| Ok(Some(auth.clone())))
            .with_service_target_resolver_fn(move |target: ServiceTarget| match &address {
                Some(address) => {
                    Ok(ServiceTarget { endpoint: Address::from_owned(address.as_str()), ..target })
                }
                None => Ok(target),
            })
            .build()
            .map_err(|fault| format!("its client cannot be made: {fault}"))?;
        let limit = settings.limit();
        let mut options = ChatOptions::default()
            .with_capture_usage(true)
            .with_capture_content(true)
            .with_capture_tool_calls(true)
            .with_stream_read_timeout(SILENCE.min(limit));
        options.max_tokens = settings.max_output_tokens;
        let kind = match settings.provider {
            Provider::OpenAi => AdapterKind::OpenAI,
            Provider::Anthropic => AdapterKind::Anthropic,
            Provider::Gemini => AdapterKind::Gemini,
            Provider::Ollama => AdapterKind::Ollama,
        };
        let model = ModelIden::new(kind, settings.model.as_str());
        Ok(Self { name: name.to_owned(), key, client, model, options, limit })
    }

    async fn stream(&self, conversation: &Conversation) -> Result<StreamEnd, ModelError> {
        let request = request(conversation, self.model.adapter_kind);
        let answer = self.client.exec_chat_stream(self.model.clone(), request, Some(&self.options)).await;
        let mut stream = answer.map_err(|fault| self.failed(&fault))?.stream;
        let mut read = 0;
        while let Some(event) = stream.next().await {
            match event.map_err(|fault| self.failed(&fault))? {
                // An end without a reason is made up where a stream broke off.
                ChatStreamEvent::End(end) if end.captured_stop_reason.is_some() => return Ok(end),
                ChatStreamEvent::End(_) => break,
                ChatStreamEvent::Chunk(chunk) => read += chunk.content.len(),
                // Each holds the arguments so far.
                ChatStreamEvent::ToolCallChunk(chunk) => {
                    read = read.max(chunk.tool_call.fn_arguments.as_str().map_or(0, str::len));
                }
                _ => {}
            }
            if read > ANSWER_MAX {
                return Err(ModelError::Failed(format!("The model {} does not stop talking.", self.name)));
            }
        }
        Err(ModelError::Failed(format!("The model {} broke off in the middle of its answer.", self.name)))
    }

    /// Words for an endpoint's or the network's fault.
    fn failed(&self, fault: &genai::Error) -> ModelError {
        let name = &self.name;
        // What the endpoint answered is inside the fault of the stream.
        if let genai::Error::WebStream { error, .. } = fault {
            if let Some(inner) = error.downcast_ref::<genai::Error>() {
                return self.failed(inner);
            }
            if error.downcast_ref::<genai::webc::StreamTimeout>().is_some() {
                return ModelError::Failed(format!(
                    "The model {name} fell silent in the middle of its answer."
                ));
            }
        }
        let Some(status) = fault.status() else {
            return ModelError::Failed(match fault {
                genai::Error::ChatResponse { body, .. } => {
                    format!("The model {name} reports an error: {}", self.words(&body.to_string()))
                }
                genai::Error::StreamParse { .. }
                | genai::Error::SerdeJson(_)
                | genai::Error::JsonValueExt(_)
                | genai::Error::ChatResponseGeneration { .. }
                | genai::Error::InvalidJsonResponseElement { .. }
                | genai::Error::NoChatResponse { .. } => {
                    format!("The model {name} gave an answer that its protocol does not have.")
                }
                _ => format!("The model {name} cannot be reached, or broke off."),
            });
        };
        let said = self.words(&body_of(fault));
        match status.as_u16() {
            // Some endpoints repeat the key in their words.
            401 | 403 => ModelError::Refused(format!("The model {name} refuses the key ({status}).")),
            429 => ModelError::Failed(format!("The model {name} is over its quota ({status}): {said}")),
            408 | 425 | 500..=599 => ModelError::Failed(format!("The model {name} fails ({status}): {said}")),
            _ => ModelError::Refused(format!("The model {name} refuses the request ({status}): {said}")),
        }
    }

    /// What an endpoint says, without its wrapping and the key, and not at any length.
    fn words(&self, body: &str) -> String {
        let parsed: Value = serde_json::from_str(body).unwrap_or_default();
        let inner =
            ["/error/message", "/message", "/error"].iter().find_map(|at| parsed.pointer(at)?.as_str());
        let text = match self.key.as_deref().filter(|key| !key.is_empty()) {
            Some(key) => inner.unwrap_or(body).replace(key, "[key]"),
            None => inner.unwrap_or(body).to_owned(),
        };
        let text: String = text.chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect();
        text.trim().to_owned()
    }

    fn reply_of(&self, mut end: StreamEnd, turn: usize) -> Result<Reply, ModelError> {
        let usage = end.captured_usage.take().unwrap_or_default();
        let cut = end.captured_stop_reason.as_ref().is_some_and(StopReason::is_max_tokens);
        let tokens = |count: Option<i32>| i64::from(count.unwrap_or_default().max(0));
        let mut answer = Answer::default();
        for part in end.captured_content.map(MessageContent::into_parts).unwrap_or_default() {
            match part {
                ContentPart::Text(text) => answer.text.push_str(&text),
                ContentPart::ToolCall(call) => {
                    let call = self.call(call, turn, answer.calls.len())?;
                    answer.calls.push(call);
                }
                _ => {}
            }
        }
        if cut && !answer.calls.is_empty() {
            let name = &self.name;
            return Err(ModelError::Failed(format!(
                "The model {name} reached its longest answer in the middle of a call."
            )));
        }
        if answer.text.trim().is_empty() && answer.calls.is_empty() {
            return Err(ModelError::Failed(format!("The model {} said nothing.", self.name)));
        }
        Ok(Reply {
            answer,
            input_tokens: tokens(usage.prompt_tokens),
            output_tokens: tokens(usage.completion_tokens),
        })
    }

    /// `turn` and `place`: which call of the conversation it is.
    fn call(&self, call: WireCall, turn: usize, place: usize) -> Result<ToolCall, ModelError> {
        let arguments = match call.fn_arguments {
            Value::Object(map) => map,
            Value::Null => serde_json::Map::new(),
            Value::String(text) if text.trim().is_empty() => serde_json::Map::new(),
            _ => {
                let (name, tool) = (&self.name, self.words(&call.fn_name));
                return Err(ModelError::Failed(format!(
                    "The model {name} called {tool} with arguments that are not a JSON object."
                )));
            }
        };
        Ok(ToolCall {
            id: match self.model.adapter_kind {
                // These tell none, and the ones that are made up for them repeat.
                AdapterKind::Gemini | AdapterKind::Ollama => format!("call_{turn}_{}", place + 1),
                _ => call.call_id,
            },
            name: call.fn_name,
            arguments,
            signatures: call.thought_signatures.unwrap_or_default(),
        })
    }
}

#[async_trait]
impl LanguageModel for Endpoint {
    async fn reply(&self, conversation: &Conversation) -> Result<Reply, ModelError> {
        match tokio::time::timeout(self.limit, self.stream(conversation)).await {
            Ok(end) => self.reply_of(end?, conversation.turns.len()),
            Err(_) => {
                let (name, seconds) = (&self.name, self.limit.as_secs());
                Err(ModelError::Failed(format!("The model {name} did not answer within {seconds} s.")))
            }
        }
    }
}

/// With the slash at its end, without which the last part of the path would be replaced.
fn address(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).map_err(|_| "endpoint is not an address".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("endpoint is not an http or https address".to_owned());
    }
    Ok(format!("{}/", text.trim_end_matches('/')))
}

fn request(conversation: &Conversation, kind: AdapterKind) -> ChatRequest {
    let mut messages = Vec::new();
    for turn in &conversation.turns {
        match turn {
            Turn::User(text) => messages.push(ChatMessage::user(text.as_str())),
            Turn::Model(answer) => messages.push(said(answer)),
            Turn::Results(results) => {
                let told = results.iter().map(|result| {
                    let told = ToolResponse::new(result.id.as_str(), result.content.as_str());
                    told.with_fn_name(result.name.as_str())
                });
                match kind {
                    // Takes one message with all of them; others lose all but one of such a message.
                    AdapterKind::Anthropic => {
                        messages.push(ChatMessage::tool(MessageContent::from_tool_responses(told.collect())));
                    }
                    _ => messages.extend(told.map(ChatMessage::from)),
                }
            }
        }
    }
    let tools = conversation.tools.iter().map(|tool| {
        Tool::new(tool.name.as_str())
            .with_description(tool.description.as_str())
            .with_schema(tool.schema.clone())
    });
    let request = ChatRequest::new(messages).with_system(conversation.system.as_str());
    if conversation.tools.is_empty() { request } else { request.with_tools(tools.collect::<Vec<_>>()) }
}

fn said(answer: &Answer) -> ChatMessage {
    let mut parts = Vec::new();
    let signatures = answer.calls.first().map(|call| call.signatures.as_slice()).unwrap_or_default();
    parts.extend(signatures.iter().cloned().map(ContentPart::ThoughtSignature));
    if !answer.text.trim().is_empty() {
        parts.push(ContentPart::Text(answer.text.clone()));
    }
    parts.extend(answer.calls.iter().map(|call| {
        ContentPart::ToolCall(WireCall {
            call_id: call.id.clone(),
            fn_name: call.name.clone(),
            fn_arguments: Value::Object(call.arguments.clone()),
            thought_signatures: None,
        })
    }));
    ChatMessage::assistant(MessageContent::from_parts(parts))
}

fn body_of(fault: &genai::Error) -> String {
    match fault {
        genai::Error::HttpError { body, .. } => body.clone(),
        genai::Error::WebModelCall { webc_error, .. } | genai::Error::WebAdapterCall { webc_error, .. } => {
            match webc_error {
                genai::webc::Error::ResponseFailedStatus { body, .. } => body.clone(),
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

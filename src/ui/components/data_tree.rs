//! Data of any shape for reading: keys in words, every value whole, nothing that looks like something else.

use leptos::prelude::*;

use super::revealed_text::{LongText, SegmentKind, segment_views};

/// A value of the data, made by the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataNode {
    /// A text in pieces; see [`super::RevealedText`].
    Text(Vec<(SegmentKind, String)>),
    /// Anything that is not told by its text alone: a number, yes or no, nothing. What is said, and how it is written.
    Word {
        /// "Yes"; empty where what is written says it all.
        said: &'static str,
        /// `true`.
        written: String,
    },
    /// A list, in order.
    List(Vec<DataNode>),
    /// Fields, in order.
    Fields(Vec<DataField>),
}

/// A field of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataField {
    /// Its key in words.
    pub label: String,
    /// Its key in pieces, where the words are not enough to know it.
    pub key: Option<Vec<(SegmentKind, String)>>,
    /// Its value.
    pub value: DataNode,
}

/// What is deeper can be folded away.
const FOLDS: usize = 2;
/// More values than this scroll in a place of their own.
const MANY: usize = 60;

/// Data as a tree of lists. It is open, so that nothing has to be looked for.
#[component]
pub fn DataTree(
    /// What it is: "Action data".
    #[prop(into)]
    label: String,
    /// The data.
    root: DataNode,
) -> impl IntoView {
    let many = size(&root) > MANY;
    let tree = value(&label, root, 0);
    // Where it scrolls, the keyboard must reach it.
    view! {
        <div
            role=if many { "region" } else { "group" }
            tabindex=many.then_some("0")
            aria-label=label
            class=if many { "tree max-h-[28rem] overflow-auto rounded-control border border-line p-3" } else { "tree" }
        >
            {tree}
        </div>
    }
}

fn size(node: &DataNode) -> usize {
    match node {
        DataNode::Text(_) | DataNode::Word { .. } => 1,
        DataNode::List(items) => items.iter().map(size).sum::<usize>().max(1),
        DataNode::Fields(fields) => fields.iter().map(|field| size(&field.value)).sum::<usize>().max(1),
    }
}

/// `label` names what scrolls in a place of its own.
fn value(label: &str, node: DataNode, depth: usize) -> AnyView {
    match node {
        DataNode::Text(segments) => {
            view! { <LongText label=label.to_owned() segments=segments /> }.into_any()
        }
        DataNode::Word { said, written } => {
            let said = (!said.is_empty()).then(|| view! { <span>{said}" "</span> });
            view! { {said}<code class="text-muted">{written}</code> }.into_any()
        }
        DataNode::List(items) => {
            let count = counted(items.len(), "entry", "entries");
            let items: Vec<_> =
                items.into_iter().map(|item| view! { <li>{value(label, item, depth + 1)}</li> }).collect();
            folded(count, view! { <ol>{items}</ol> }.into_any(), depth)
        }
        DataNode::Fields(fields) => {
            let count = counted(fields.len(), "field", "fields");
            let fields: Vec<_> = fields.into_iter().map(|of| field(of, depth + 1)).collect();
            let list = view! { <dl>{fields}</dl> }.into_any();
            if depth == 0 { list } else { folded(count, list, depth) }
        }
    }
}

fn field(field: DataField, depth: usize) -> AnyView {
    let nested = matches!(field.value, DataNode::List(_) | DataNode::Fields(_));
    let value = value(&field.label, field.value, depth);
    let key = field.key.map(|key| view! { " "<code class="reveal text-xs">{segment_views(key)}</code> });
    view! {
        <div class=if nested { "tree-nested" } else { "" }>
            <dt>{field.label}{key}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What is inside, under how much it is.
fn folded(count: String, inside: AnyView, depth: usize) -> AnyView {
    if depth > FOLDS {
        view! {
            <details open=true>
                <summary class="link text-sm">{count}</summary>
                {inside}
            </details>
        }
        .into_any()
    } else {
        view! { <p class="text-sm text-muted">{count}</p> {inside} }.into_any()
    }
}

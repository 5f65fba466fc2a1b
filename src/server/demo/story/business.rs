//! Deals, tasks, events, documents, campaigns and invoices as they stand when the month begins.

pub struct Deal {
    pub title: &'static str,
    /// Index of the customers.
    pub with: usize,
    pub stage: &'static str,
    pub worth: i64,
    pub chance: i64,
    /// Index of the products.
    pub product: usize,
    pub owner: &'static str,
}

macro_rules! deals {
    ($($with:literal, $product:literal, $stage:literal, $worth:literal, $chance:literal, $owner:literal, $title:literal;)+) => {
        &[$(Deal {
            title: $title, with: $with, stage: $stage, worth: $worth, chance: $chance, product: $product, owner: $owner,
        }),+]
    };
}

pub const DEALS: &[Deal] = deals![
    0, 0, "negotiation", 45_920, 70, "Priya Raman", "Nordfjord: four CryoVault 80";
    2, 2, "proposal", 29_700, 50, "Tomas Eriksen", "Thornbury: three PhotoSpec 9 for teaching";
    3, 3, "won", 7_300, 100, "Priya Raman", "Thornbury: two HX-200 with service plan";
    4, 1, "discovery", 21_750, 35, "Priya Raman", "Castelvento: incubators for the clean room";
    6, 2, "qualified", 9_900, 30, "Tomas Eriksen", "Meuse Valley: PhotoSpec 9";
    8, 4, "negotiation", 24_720, 75, "Priya Raman", "Brightwater: six AquaPure 3";
    10, 6, "qualified", 33_500, 25, "Tomas Eriksen", "Arata & Fields: two Lumis MR";
    12, 5, "proposal", 10_760, 55, "Priya Raman", "Kern: two RotaVap S";
    14, 2, "lead", 9_900, 10, "Tomas Eriksen", "Danube: PhotoSpec 9 for polymers";
    16, 0, "negotiation", 57_400, 80, "Margit Halden", "Beaulieu: five CryoVault 80 (tender 44/B)";
    18, 7, "lead", 2_670, 20, "Priya Raman", "Leeward: three DeltaSense";
    20, 6, "discovery", 16_750, 45, "Tomas Eriksen", "Harrow: Lumis MR with stacker";
    22, 4, "proposal", 8_240, 50, "Priya Raman", "Skane Water: two AquaPure 3 (tender)";
    24, 3, "qualified", 3_650, 40, "Priya Raman", "Tejo: HX-200 starter set";
    26, 2, "discovery", 19_800, 40, "Tomas Eriksen", "Eastgate: two PhotoSpec 9, ISO 17025";
    28, 1, "won", 14_500, 100, "Priya Raman", "Polder Seeds: two Thermoline 4";
    30, 3, "lead", 10_950, 15, "Tomas Eriksen", "Elbtal: three HX-200 for the student lab";
    33, 5, "lost", 5_380, 0, "Tomas Eriksen", "Cobalt Ridge: RotaVap S";
    34, 3, "negotiation", 18_250, 65, "Margit Halden", "Demir: five HX-200 for resale";
    21, 6, "won", 16_750, 100, "Tomas Eriksen", "Harrow: Lumis MR, first unit";
];

/// Title, who does it, due in days, days ago, priority, description.
pub type Task = (&'static str, &'static str, i64, i64, &'static str, &'static str);

pub const TASKS: &[Task] = &[
    (
        "Count demo units before the trade fair",
        "Priya Raman",
        6,
        30,
        "normal",
        "Two Lumis MR should be in the cage, one is on loan.",
    ),
    (
        "Renew the courier agreement",
        "Tomas Eriksen",
        12,
        30,
        "high",
        "The present one ends with the quarter.",
    ),
    ("Write the spring price list", "Margit Halden", 9, 29, "high", "Steel went up by 4 %; freezers follow."),
    (
        "Move calibration lab to room 2.14",
        "Priya Raman",
        20,
        27,
        "normal",
        "Power for the oven comes on the 10th.",
    ),
    ("Replace the label printer in dispatch", "Priya Raman", 4, 24, "low", "It eats every tenth label."),
    ("Check the fire extinguishers", "Tomas Eriksen", 15, 21, "normal", "Yearly inspection."),
    (
        "Answer the questions of tender 44/B",
        "Margit Halden",
        5,
        18,
        "urgent",
        "Eleven questions, the third is about noise.",
    ),
    (
        "Train the new engineer on RotaVap S",
        "Priya Raman",
        8,
        15,
        "normal",
        "Two half days with Selin at Demir.",
    ),
    ("Collect the loan reader from Harrow", "Priya Raman", 7, 10, "normal", "Serial LMR-0331."),
    ("Order 40 PTFE seals", "Priya Raman", 3, 8, "high", "Minimum stock is 15, we have 9."),
    (
        "Prepare the quarter's service report",
        "Tomas Eriksen",
        6,
        5,
        "normal",
        "Visits, times to repair, parts used.",
    ),
    ("Find a room for the user day", "Ruth Feldmann", 14, 3, "low", "Sixty people, close to a station."),
];

/// Title, in days from the beginning of the month, hour, hours long, customers, place.
pub type Appointment = (&'static str, i64, i64, i64, &'static [usize], &'static str);

pub const EVENTS: &[Appointment] = &[
    ("Service visit Nordfjord", 4, 9, 3, &[0], "Nordfjord Biologics, building C"),
    ("Demo of Lumis MR at Harrow", 9, 10, 2, &[20, 21], "Harrow Institute"),
    ("Tender talk with Beaulieu", 14, 13, 1, &[16], "Video call"),
    ("Calibration day", 20, 8, 8, &[], "Calibration lab"),
    ("Webinar: spectroscopy without surprises", 24, 15, 1, &[6, 24], "Online"),
    ("Service visit Brightwater", 33, 9, 4, &[9], "Brightwater Labs"),
    ("Trade fair Analytica, stand B3.214", 38, 9, 8, &[], "Hall B3"),
    ("Quarterly review with Demir", 41, 11, 1, &[34, 35], "Video call"),
];

pub struct Paper {
    pub title: &'static str,
    pub kind: &'static str,
    pub status: &'static str,
    pub body: &'static str,
    pub party: Option<&'static str>,
    /// Index of the deals.
    pub about: Option<usize>,
}

const fn paper(kind: &'static str, status: &'static str, title: &'static str, body: &'static str) -> Paper {
    Paper { title, kind, status, body, party: None, about: None }
}

const fn contract(party: &'static str, about: usize, title: &'static str, body: &'static str) -> Paper {
    Paper { title, kind: "contract", status: "published", body, party: Some(party), about: Some(about) }
}

pub const PAPERS: &[Paper] = &[
    contract(
        "University of Thornbury",
        2,
        "Service plan Thornbury",
        "Yearly maintenance of four centrifuges, two visits, parts at cost.",
    ),
    contract(
        "Harrow Institute",
        19,
        "Service plan Harrow",
        "Maintenance of one Lumis MR, loan unit within one working day.",
    ),
    contract(
        "Demir Laboratuvar",
        18,
        "Dealer agreement Demir",
        "Resale in Türkiye, 22 % discount on list, training twice a year.",
    ),
    contract(
        "Hospices de Beaulieu",
        9,
        "Framework Beaulieu 44/B",
        "Freezers at a fixed price for two years, service within 24 hours.",
    ),
    paper(
        "article",
        "published",
        "Application note: turbidity by ISO 7027",
        "How option T of PhotoSpec 9 measures at 860 nm, with results of three waters.",
    ),
    paper(
        "article",
        "published",
        "Five habits that keep a −80 °C freezer cold",
        "Ice, seals, airflow, alarms, and a list on the door.",
    ),
    paper(
        "draft",
        "review",
        "Newsletter: spring",
        "New price list, the user day, and an incubator that sterilises itself.",
    ),
    paper(
        "draft",
        "draft",
        "Case study: Brightwater saves 40 % of its water",
        "Interview with Hannah Wolfe is agreed, figures to come.",
    ),
    paper(
        "note",
        "draft",
        "Competitors at the last fair",
        "Two showed freezers with hydrocarbon cooling; prices 8 % under ours.",
    ),
    paper(
        "other",
        "published",
        "Returns: how we take back and refurbish",
        "Steps from the call to the refurbished label.",
    ),
];

/// Title, status, channel, goal, audience, budget, starts and ends in days from the beginning of the month.
pub type Push = (&'static str, &'static str, &'static str, &'static str, &'static str, i64, i64, i64);

pub const CAMPAIGNS: &[Push] = &[
    (
        "Cold chain check-up",
        "active",
        "email",
        "60 service visits booked",
        "Owners of freezers older than six years",
        6_000,
        -20,
        20,
    ),
    ("Spectroscopy webinar", "active", "webinar", "150 sign-ups", "Teaching and research labs", 2_500, 0, 24),
    (
        "Water labs in autumn",
        "scheduled",
        "email",
        "12 demos of AquaPure 3",
        "Water boards and breweries",
        4_000,
        45,
        90,
    ),
    (
        "Trade fair Analytica",
        "scheduled",
        "fair",
        "80 qualified leads",
        "Visitors of hall B3",
        28_000,
        38,
        41,
    ),
    (
        "Incubator launch",
        "finished",
        "social",
        "2,000 visits of the product page",
        "Cell culture labs",
        8_000,
        -60,
        -10,
    ),
];

pub struct Bill {
    pub number: &'static str,
    /// Index of the customers.
    pub to: usize,
    /// Index of the deals.
    pub deal: Option<usize>,
    pub amount: &'static str,
    pub status: &'static str,
    /// Due in days from the beginning of the month.
    pub due: i64,
    pub memo: &'static str,
}

const fn bill(
    number: &'static str,
    to: usize,
    deal: Option<usize>,
    amount: &'static str,
    status: &'static str,
    due: i64,
    memo: &'static str,
) -> Bill {
    Bill { number, to, deal, amount, status, due, memo }
}

pub const BILLS: &[Bill] = &[
    bill("HD-20388", 28, Some(15), "14500.00", "paid", -12, "Two Thermoline 4"),
    bill("HD-20391", 3, Some(2), "7300.00", "sent", 10, "Two HX-200"),
    bill("HD-20395", 21, Some(19), "16750.00", "sent", 14, "Lumis MR, first unit"),
    bill("HD-20399", 9, None, "412.00", "overdue", -3, "Filters and UV lamp"),
    bill("HD-20402", 1, Some(0), "11480.00", "sent", 21, "CryoVault 80, advance unit"),
    bill("HD-20405", 17, None, "1260.00", "paid", 5, "Compressor starter and call-out"),
    bill("HD-20409", 13, None, "89.00", "sent", 18, "Calibration certificate, second copy"),
    bill("HD-20411", 34, Some(18), "3650.00", "overdue", 2, "HX-200, sample for the showroom"),
    bill("HD-20414", 25, None, "640.00", "sent", 25, "Rotor set for HX-200"),
    bill("HD-20416", 16, None, "2900.00", "draft", 30, "Service visit and door seals"),
    bill("HD-20418", 35, None, "7300.00", "sent", 28, "Two HX-200"),
    bill("HD-20420", 8, None, "4120.00", "draft", 35, "AquaPure 3, replacement under goodwill"),
];

//! Customers of Halden Instruments. All addresses end in `.example` and all numbers are of ranges kept for fiction.

pub struct Customer {
    pub name: &'static str,
    pub job: &'static str,
    pub company: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
    pub status: &'static str,
    pub source: &'static str,
    pub tags: &'static [&'static str],
}

impl Customer {
    /// How a letter begins: `Dear Dr Lindqvist`.
    pub fn dear(&self) -> String {
        let last = self.name.rsplit(' ').next().unwrap_or(self.name);
        let title = self.name.split(' ').next().filter(|word| matches!(*word, "Dr" | "Prof"));
        match title {
            Some(title) => format!("Dear {title} {last}"),
            None => format!("Dear {}", self.name),
        }
    }

    pub fn last_name(&self) -> &'static str {
        self.name.rsplit(' ').next().unwrap_or(self.name)
    }
}

macro_rules! customers {
    ($($name:literal, $job:literal, $company:literal, $email:literal, $phone:literal, $status:literal, $source:literal, [$($tag:literal),*];)+) => {
        &[$(Customer {
            name: $name, job: $job, company: $company, email: $email, phone: $phone, status: $status,
            source: $source, tags: &[$($tag),*],
        }),+]
    };
}

pub const CUSTOMERS: &[Customer] = customers![
    "Dr Maja Lindqvist", "Head of cell culture", "Nordfjord Biologics", "maja.lindqvist@nordfjord-bio.example", "+46 31 390 06 11", "customer", "referral", ["freezer", "key-account"];
    "Henrik Aas", "Purchasing", "Nordfjord Biologics", "henrik.aas@nordfjord-bio.example", "+46 31 390 06 14", "customer", "referral", ["purchasing"];
    "Prof Adaeze Nwosu", "Professor of analytical chemistry", "University of Thornbury", "a.nwosu@thornbury.example", "+44 20 7946 0112", "customer", "trade fair", ["university"];
    "Colin Pratt", "Laboratory manager", "University of Thornbury", "c.pratt@thornbury.example", "+44 20 7946 0118", "customer", "trade fair", ["university", "service-plan"];
    "Giulia Ferrante", "Quality manager", "Castelvento Pharma", "g.ferrante@castelvento.example", "+39 06 555 0131", "qualified", "web form", ["gmp"];
    "Marco Bellini", "Technical director", "Castelvento Pharma", "m.bellini@castelvento.example", "+39 06 555 0136", "contacted", "web form", ["gmp"];
    "Dr Sofie Janssens", "Group leader", "Meuse Valley Institute", "sofie.janssens@meuse-valley.example", "+32 2 555 01 24", "qualified", "webinar", ["spectroscopy"];
    "Bram Claes", "Research technician", "Meuse Valley Institute", "bram.claes@meuse-valley.example", "+32 2 555 01 29", "new", "webinar", [];
    "Oliver Grant", "Operations director", "Brightwater Labs", "oliver.grant@brightwater.example", "+44 20 7946 0144", "customer", "cold call", ["water", "key-account"];
    "Hannah Wolfe", "Laboratory manager", "Brightwater Labs", "hannah.wolfe@brightwater.example", "+44 20 7946 0149", "customer", "referral", ["water"];
    "Dr Kenji Arata", "Principal scientist", "Arata & Fields Diagnostics", "k.arata@aratafields.example", "+1 617 555 0152", "nurturing", "trade fair", ["microplate"];
    "Melissa Fields", "Chief operating officer", "Arata & Fields Diagnostics", "m.fields@aratafields.example", "+1 617 555 0157", "contacted", "trade fair", [];
    "Tobias Kern", "Head of purchasing", "Kern Lebensmittelanalytik", "t.kern@kern-analytik.example", "+49 30 555 01 61", "qualified", "web form", ["food"];
    "Anke Vogt", "Laboratory manager", "Kern Lebensmittelanalytik", "a.vogt@kern-analytik.example", "+49 30 555 01 66", "customer", "web form", ["food", "service-plan"];
    "Dr Elena Petrova", "Head of research", "Danube Materials", "elena.petrova@danube-materials.example", "+36 1 555 0171", "new", "newsletter", ["polymers"];
    "Zoltan Kiss", "Process engineer", "Danube Materials", "zoltan.kiss@danube-materials.example", "+36 1 555 0177", "contacted", "newsletter", [];
    "Amelie Rousseau", "Director of laboratories", "Hospices de Beaulieu", "a.rousseau@beaulieu-hospices.example", "+33 1 99 00 01 81", "customer", "tender", ["hospital", "key-account"];
    "Dr Luc Moreau", "Head of haematology", "Hospices de Beaulieu", "l.moreau@beaulieu-hospices.example", "+33 1 99 00 01 87", "customer", "tender", ["hospital"];
    "Siobhan Kelly", "Buyer", "Leeward Brewing", "siobhan.kelly@leeward.example", "+353 1 555 0191", "nurturing", "web form", ["food"];
    "Patrick Doyle", "Quality lead", "Leeward Brewing", "patrick.doyle@leeward.example", "+353 1 555 0195", "new", "web form", ["food"];
    "Dr Rachel Stein", "Core facility head", "Harrow Institute", "r.stein@harrow-institute.example", "+44 20 7946 0203", "qualified", "referral", ["core-facility"];
    "Vikram Mehta", "Facility engineer", "Harrow Institute", "v.mehta@harrow-institute.example", "+44 20 7946 0208", "customer", "referral", ["core-facility", "service-plan"];
    "Ulrika Dahl", "Environmental chemist", "Skane Water Board", "ulrika.dahl@skane-water.example", "+46 40 628 02 13", "contacted", "tender", ["water"];
    "Per Nilsson", "Buyer", "Skane Water Board", "per.nilsson@skane-water.example", "+46 40 628 02 19", "qualified", "tender", ["water", "tender"];
    "Camila Duarte", "Managing director", "Tejo Biotech", "camila.duarte@tejo-biotech.example", "+351 21 555 0224", "nurturing", "webinar", ["start-up"];
    "Rui Antunes", "Laboratory technician", "Tejo Biotech", "rui.antunes@tejo-biotech.example", "+351 21 555 0229", "customer", "webinar", ["start-up"];
    "Dr Noor Rahman", "Forensic scientist", "Eastgate Forensics", "noor.rahman@eastgate-forensics.example", "+44 20 7946 0231", "qualified", "cold call", ["iso-17025"];
    "Graham Tully", "Head of facilities", "Eastgate Forensics", "graham.tully@eastgate-forensics.example", "+44 20 7946 0236", "lost", "cold call", [];
    "Lotte Visser", "Procurement", "Polder Seeds", "lotte.visser@polder-seeds.example", "+31 20 555 0241", "customer", "trade fair", ["agriculture"];
    "Daan de Wit", "Plant physiologist", "Polder Seeds", "daan.dewit@polder-seeds.example", "+31 20 555 0248", "qualified", "trade fair", ["agriculture"];
    "Prof Karl Brandt", "Institute head", "Elbtal Technical University", "brandt@elbtal.example", "+49 351 555 02 53", "contacted", "webinar", ["university"];
    "Miriam Scholz", "Secretary of the institute", "Elbtal Technical University", "scholz@elbtal.example", "+49 351 555 02 57", "new", "webinar", ["university"];
    "James Whitfield", "Chief scientist", "Cobalt Ridge Mining", "j.whitfield@cobalt-ridge.example", "+1 303 555 0162", "unqualified", "web form", ["mining"];
    "Dana Ortiz", "Assay laboratory lead", "Cobalt Ridge Mining", "d.ortiz@cobalt-ridge.example", "+1 303 555 0167", "nurturing", "web form", ["mining"];
    "Yusuf Demir", "Owner", "Demir Laboratuvar", "yusuf@demir-lab.example", "+90 212 555 0174", "customer", "referral", ["dealer"];
    "Selin Aksoy", "Service coordinator", "Demir Laboratuvar", "selin@demir-lab.example", "+90 212 555 0179", "customer", "referral", ["dealer"];
];

/// What Halden makes: name, what it is, list price in euro, stock number.
pub struct Product {
    pub name: &'static str,
    pub what: &'static str,
    pub price: i64,
    pub sku: &'static str,
}

pub const PRODUCTS: [Product; 8] = [
    Product { name: "CryoVault 80", what: "−80 °C freezer", price: 11_480, sku: "HI-CV80" },
    Product { name: "Thermoline 4", what: "CO₂ incubator", price: 7_250, sku: "HI-TL4" },
    Product { name: "PhotoSpec 9", what: "spectrophotometer", price: 9_900, sku: "HI-PS9" },
    Product { name: "HX-200", what: "benchtop centrifuge", price: 3_650, sku: "HI-HX200" },
    Product { name: "AquaPure 3", what: "water purifier", price: 4_120, sku: "HI-AP3" },
    Product { name: "RotaVap S", what: "rotary evaporator", price: 5_380, sku: "HI-RVS" },
    Product { name: "Lumis MR", what: "microplate reader", price: 16_750, sku: "HI-LMR" },
    Product { name: "DeltaSense", what: "pH meter", price: 890, sku: "HI-DS1" },
];

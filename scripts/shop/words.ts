/** What the shop sells, and to whom. */

interface Quality {
  readonly word: string;
  readonly says: string;
  readonly tags: readonly string[];
}
interface Size {
  readonly label: string;
  readonly factor: number;
}
export interface Category {
  readonly slug: string;
  readonly name: string;
  /** Least and greatest price of size factor 1, in cents. */
  readonly cents: readonly [number, number];
  readonly qualities: readonly Quality[];
  readonly things: readonly string[];
  readonly sizes: readonly Size[];
  readonly remarks: readonly string[];
}

const weights: readonly Size[] = [
  { label: '250 g', factor: 1 },
  { label: '500 g', factor: 1.85 },
  { label: '1 kg', factor: 3.4 },
];
const tins: readonly Size[] = [
  { label: '100 g', factor: 1 },
  { label: '250 g', factor: 2.2 },
];
const one: readonly Size[] = [{ label: '', factor: 1 }];

const colours: readonly Quality[] = [
  { word: 'White', says: 'White glaze, fired twice.', tags: [] },
  { word: 'Black', says: 'Matt black, wipes clean.', tags: [] },
  { word: 'Sand', says: 'The colour of dry sand.', tags: ['handmade'] },
  { word: 'Sea green', says: 'A green that turns blue in the evening.', tags: ['handmade'] },
  { word: 'Copper', says: 'Brushed copper that darkens with the years.', tags: ['gift'] },
];

const origins: readonly Quality[] = [
  { word: 'Washed', says: 'Washed and dried on raised beds: clean and bright.', tags: ['light-roast'] },
  { word: 'Natural', says: 'Dried in the fruit: heavy, sweet, a little wild.', tags: ['light-roast'] },
  { word: 'Honey', says: 'Dried in its own honey: round and sweet.', tags: ['medium-roast'] },
  { word: 'Organic', says: 'Certified organic, bought from the growers.', tags: ['organic', 'medium-roast'] },
  { word: 'Dark', says: 'Roasted until it tastes of chocolate and smoke.', tags: ['dark-roast'] },
  { word: 'Decaf', says: 'Decaffeinated with water and nothing else.', tags: ['decaf', 'medium-roast'] },
];

export const categories: readonly Category[] = [
  {
    slug: 'coffee',
    name: 'Coffee',
    cents: [790, 1_490],
    qualities: origins,
    things: [
      'Yirgacheffe',
      'Sidamo',
      'Kenya AA',
      'Huehuetenango',
      'Tarrazú',
      'Huila',
      'Cerrado',
      'Mandheling',
      'Malabar',
      'House Blend',
    ],
    sizes: weights,
    remarks: [
      'Good as filter coffee and cold.',
      'Made for the espresso machine, kind to milk.',
      'Notes of bergamot, apricot and honey.',
      'Notes of hazelnut, cocoa and dried plum.',
      'Roasted on Tuesdays, sent on Wednesdays.',
    ],
  },
  {
    slug: 'tea',
    name: 'Tea',
    cents: [590, 1_890],
    qualities: [
      { word: 'First Flush', says: 'Picked in spring, light in the cup.', tags: ['seasonal'] },
      { word: 'Organic', says: 'Certified organic leaves.', tags: ['organic'] },
      { word: 'Smoked', says: 'Smoked over pine wood.', tags: [] },
      { word: 'Reserve', says: 'A small lot from a single garden.', tags: ['gift'] },
    ],
    things: ['Darjeeling', 'Assam', 'Ceylon', 'Keemun', 'Sencha', 'Gyokuro', 'Genmaicha', 'Oolong', 'Pu-erh', 'White Peony'],
    sizes: tins,
    remarks: ['Two minutes, 80 degrees.', 'Three minutes, boiling water.', 'Takes milk well.', 'Can be brewed three times.'],
  },
  {
    slug: 'herbs',
    name: 'Herbs and fruit',
    cents: [390, 890],
    qualities: [
      { word: 'Organic', says: 'Certified organic, dried gently.', tags: ['organic', 'caffeine-free'] },
      { word: 'Wild', says: 'Gathered by hand in the mountains.', tags: ['caffeine-free'] },
    ],
    things: ['Peppermint', 'Camomile', 'Lemon Verbena', 'Rooibos', 'Hibiscus', 'Fennel', 'Mountain Tea', 'Rosehip'],
    sizes: tins,
    remarks: ['For the evening.', 'Also good cold, with ice and lemon.', 'Ten minutes, covered.'],
  },
  {
    slug: 'cups',
    name: 'Cups and mugs',
    cents: [890, 2_490],
    qualities: colours,
    things: ['Espresso Cup', 'Cappuccino Cup', 'Mug', 'Tea Bowl', 'Latte Glass', 'Travel Mug'],
    sizes: [
      { label: '', factor: 1 },
      { label: 'set of four', factor: 3.6 },
    ],
    remarks: ['Fits well in the hand.', 'Keeps warm for a long time.', 'May go into the dishwasher.'],
  },
  {
    slug: 'pots',
    name: 'Pots and kettles',
    cents: [2_490, 8_990],
    qualities: colours,
    things: ['Teapot', 'French Press', 'Gooseneck Kettle', 'Moka Pot', 'Carafe'],
    sizes: [
      { label: '0.6 l', factor: 1 },
      { label: '1 l', factor: 1.3 },
    ],
    remarks: ['Pours without a drop beside it.', 'With a lid that stays on.', 'Spare parts are in stock.'],
  },
  {
    slug: 'grinders',
    name: 'Grinders',
    cents: [3_990, 24_900],
    qualities: [
      { word: 'Steel', says: 'Conical steel burrs.', tags: [] },
      { word: 'Ceramic', says: 'Ceramic burrs that stay sharp.', tags: [] },
      { word: 'Electric', says: 'Grinds 20 g in ten seconds.', tags: ['electric'] },
    ],
    things: ['Hand Grinder', 'Pocket Grinder', 'Desk Grinder', 'Filter Grinder', 'Espresso Grinder'],
    sizes: one,
    remarks: ['Forty settings, from Turkish to French press.', 'Comes apart without tools.'],
  },
  {
    slug: 'brewers',
    name: 'Brewers',
    cents: [1_290, 6_990],
    qualities: [
      { word: 'Glass', says: 'Heat-proof glass.', tags: [] },
      { word: 'Ceramic', says: 'Thick ceramic that keeps the heat.', tags: ['handmade'] },
      { word: 'Plastic', says: 'Light, and unbreakable on the road.', tags: ['travel'] },
    ],
    things: ['Dripper', 'Flat Dripper', 'Siphon', 'Cold Brew Tower', 'Immersion Brewer'],
    sizes: [
      { label: 'size 1', factor: 1 },
      { label: 'size 2', factor: 1.2 },
    ],
    remarks: ['Takes common paper filters.', 'For one cup or four.'],
  },
  {
    slug: 'accessories',
    name: 'Accessories',
    cents: [290, 3_990],
    qualities: [
      { word: 'Everyday', says: 'Does its work and needs no words.', tags: [] },
      { word: 'Fine', says: 'Made well, lasts long.', tags: ['gift'] },
    ],
    things: [
      'Paper Filters',
      'Scale',
      'Tamper',
      'Milk Jug',
      'Tea Strainer',
      'Storage Tin',
      'Measuring Spoon',
      'Brush',
      'Thermometer',
    ],
    sizes: one,
    remarks: ['A small thing that is missed when it is missing.', 'Fits all common machines.'],
  },
];

export const firstNames: readonly string[] = (
  'Amara Anna Ben Carla Chen Clara David Elena Emil Emma Fatima Felix Finn Freya Giulia Hanna Henrik Ida Ines Ivan ' +
  'Jakob Jana Jonas Julia Kofi Lara Lea Leon Lina Luca Maja Marek Marie Mats Mia Mila Nadia Nils Noah Nora Olga ' +
  'Oskar Pablo Paul Priya Ravi Rosa Samir Sara Sofia Sven Tariq Tom Yara Yuki Zoe'
).split(' ');
export const lastNames: readonly string[] = (
  'Abebe Andersen Bauer Becker Berg Costa Demir Dubois Fischer Fontana Garcia Haas Hansen Hoffmann Ivanova Jansen ' +
  'Kaya Keller Klein Kowalski Lang Larsen Lehmann Lindqvist Maier Marino Mensah Meyer Moreau Nguyen Novak Okafor ' +
  'Patel Peters Richter Rossi Sato Schmidt Schulz Silva Sommer Tanaka Vogel Wagner Weber Winter Wolf Yilmaz Zimmer'
).split(' ');
export const streets: readonly string[] = (
  'Bahnhofstraße Bergweg Birkenallee Gartenstraße Hafenstraße Hauptstraße Kirchplatz Lindenweg Marktplatz Mühlenweg ' +
  'Rosenweg Schillerstraße Schulstraße Seestraße Uferweg Waldstraße'
).split(' ');
export const places: readonly { readonly city: string; readonly code: string }[] = [
  { city: 'Berlin', code: '10115' },
  { city: 'Hamburg', code: '20095' },
  { city: 'München', code: '80331' },
  { city: 'Köln', code: '50667' },
  { city: 'Leipzig', code: '04109' },
  { city: 'Bremen', code: '28195' },
  { city: 'Freiburg', code: '79098' },
  { city: 'Wien', code: '1010' },
  { city: 'Graz', code: '8010' },
  { city: 'Zürich', code: '8001' },
  { city: 'Basel', code: '4001' },
  { city: 'Luxembourg', code: '1311' },
];

/** What people write, by rating. */
export const opinions: Readonly<Record<number, readonly string[]>> = {
  1: ['Arrived broken, and nobody answered.', 'Not for me at all.', 'Nothing like the description.'],
  2: ['I had hoped for more.', 'Fine, but not at this price.', 'Came late, tastes flat.'],
  3: ['Does what it should.', 'All right. I would try another one next time.', 'Good, not great.'],
  4: ['Very good, I would buy it again.', 'Better than expected.', 'A good present.', 'Nice, only the lid is a little loose.'],
  5: ['The best I have had.', 'Third order already!', 'I use it every morning.', 'Beautiful, and well packed.', 'Exactly right.'],
};

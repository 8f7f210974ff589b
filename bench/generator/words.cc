// Word lists. Large on purpose: two unrelated texts must share next to no five-word runs.
#include <string>
#include <string_view>
#include <vector>

#include "rules.h"

namespace corpus::demo {
namespace {

constexpr std::string_view kNouns =
    "acorn almanac anchor anvil apron arch armchair arrow atlas awning axle badge banjo banner "
    "barge "
    "barn barrel basin basket beacon beam bell bench bicycle blanket boat bobbin bonfire bonnet "
    "book "
    "boot bottle boulder bowl box bracelet branch brick bridge briefcase bridle broom brush bucket "
    "buckle bulb buoy bureau burrow button cabin cabinet cable cairn camera canal candle canoe "
    "canvas "
    "canyon carpet cart cask castle cauldron cave cellar chair chalkboard chapel chart chest "
    "chimney "
    "chisel chord chute cinder cistern clarinet clay clock cloak cloud clover coat cobbler coin "
    "collar "
    "column comb compass cork cottage counter courtyard cradle crane crate crayon creek crest "
    "cricket "
    "crown crystal cup cupboard curtain cushion dam dinghy desk dial diary dock doll dome door "
    "drawer "
    "drum dune easel echo elm ember engine envelope fable falcon fan farm feather fence ferry "
    "fiddle "
    "field figurine flag flask flower flute fog forest forge fork fountain fox frame freezer "
    "furnace "
    "gallery garden garland garment gate gear gem geyser glacier glove goblet gondola gourd "
    "granary "
    "grape gravel guitar gutter hammer hammock harbor harness harp hat hatch hedge helmet herb "
    "hill "
    "hinge hive hook horizon horn hut icicle inkwell inlet iron island jacket jar jetty jewel "
    "journal "
    "jug kayak kettle key kiln kite knot ladder lagoon lake lamp lantern lasso latch lathe lawn "
    "lemon "
    "lens letter lever lighthouse lilac lock locket locomotive log loom lute magnet mallet mantel "
    "map "
    "marble market marsh mask mast meadow medal melon mill mirror mitten moat mosaic moss moth "
    "motor "
    "mountain mug mural needle nest net notebook nutmeg oar oboe olive onion orchard organ otter "
    "oven owl paddle pail paintbrush palace pamphlet panel parasol parcel park pasture path "
    "pavilion "
    "peach pear pebble pedal pen pendulum pennant pepper petal piano pier pigeon pillar pillow "
    "pilot "
    "pine pipe pitcher plank plate plough plum pocket pond porch portrait poster pot prism pulley "
    "pump puppet quarry quill quilt raft railing rake ramp raven reef reel ribbon ridge ring river "
    "robin rocket roof root rope rose rudder rug saddle sail satchel saucer saw scarf scroll seal "
    "sculpture seed shed shell shelf shield shovel shrine shutter sickle signpost silo skillet "
    "sled "
    "slipper sofa spade sparrow spindle spool spoon spring stable stamp statue steeple stone stool "
    "stove stream sundial swan swing table tablet tambourine tapestry tavern teapot telescope tent "
    "terrace thermos thicket thimble thistle throne tile timber toad tool torch tower trail train "
    "tractor tray tree trellis trestle trough trowel trumpet trunk tulip tunnel turbine turnip "
    "turret "
    "valley valve vase vault veil vent vessel village vine viola violin wagon wallet walnut "
    "wardrobe "
    "warehouse waterfall weaver well wharf wheel wheelbarrow whistle willow windmill window wreath "
    "wrench yarn zeppelin zipper";

constexpr std::string_view kAbstract =
    "accuracy ambition attention balance beauty bravery calm candor caution certainty charm "
    "clarity "
    "comfort compassion competence concern confidence consensus contrast courage courtesy craft "
    "creativity curiosity custom danger delay delight detail devotion dignity diligence discipline "
    "discovery distance doubt duty ease effort elegance empathy endurance energy enthusiasm envy "
    "evidence experience fairness faith fame fatigue focus folly fortune freedom friendship "
    "generosity gratitude grief growth habit harmony haste heritage hesitation honesty hope "
    "hospitality humor humility imagination impatience independence ingenuity innocence insight "
    "inspiration instinct integrity intuition irony joy judgment justice kindness knowledge labor "
    "laughter leisure liberty logic longing loyalty luck luxury memory mercy merit mischief "
    "modesty "
    "momentum music mystery necessity nostalgia novelty obligation openness optimism order "
    "originality patience peace persistence perspective poise precision pride progress prudence "
    "purpose quiet reason regret relief reputation resilience resolve respect rest restraint "
    "rhythm "
    "risk routine sacrifice safety satisfaction secrecy serenity silence simplicity sincerity "
    "skill "
    "solitude sorrow spontaneity stability strength stubbornness style success surprise suspicion "
    "sympathy tact talent teamwork tenderness tension thrift tolerance tradition trust truth "
    "uncertainty urgency value vanity vigilance vision warmth wealth weather wisdom wit wonder "
    "worry "
    "zeal";

constexpr std::string_view kAdjectives =
    "abandoned abrupt absent abundant academic agile airy alert amber ample ancient angular "
    "antique "
    "apt arid artful ashen autumnal awkward bare barren bashful battered bitter blank bleak blunt "
    "bold brave breezy brief bright brisk brittle broad bronze bulky bumpy busy calm candid "
    "careful "
    "careless cautious charred cheap cheerful chilly chipped civil clean clever cloudy clumsy "
    "coarse "
    "coastal cold colorful common compact complex cool copper costly cozy cracked cramped crisp "
    "crooked crowded crude curious curved daily damp daring dark dazzling dear deep delicate dense "
    "deserted dim distant domestic double dreamy drowsy dry dull dusty eager early earnest eastern "
    "easy elaborate elegant empty enormous exact exotic faded faint fair familiar famous fancy "
    "faraway "
    "festive fierce fine firm flat fleeting flexible floral foggy folded foreign formal fragile "
    "frail "
    "frank fresh friendly frosty frozen frugal full funny fuzzy generous gentle gigantic gilded "
    "glad "
    "gleaming gloomy glossy golden graceful grand grateful gray greasy green grim handy hardy "
    "harsh "
    "hasty hazy heavy hidden hollow humble humid icy ideal idle immense inland inner intricate "
    "ivory "
    "jagged jolly keen knotted lame large lasting late lavish lazy lean leather light limp little "
    "lively local lonely long loose lost loud lovely loyal lucky lumpy mellow merry mighty mild "
    "misty "
    "modern modest moist mossy muddy murky muted narrow native neat nervous new nimble noble noisy "
    "northern novel odd old open ordinary ornate outer oval painted pale patient peculiar placid "
    "plain "
    "playful pleasant plump polished polite portable precise pretty prime private proper proud "
    "quaint "
    "quick quiet rainy rapid rare raw ready remote restless rich rigid ripe robust rocky rotten "
    "rough "
    "round royal rugged rural rustic rusty salty sandy scarce secret serene severe shabby shady "
    "shallow sharp shiny shy silent silver simple sincere sleepy slender slim slow sly small smoky "
    "smooth snug sober soft solemn solid sour southern spare sparse spotless square stable stale "
    "stately steady steep sticky stiff stormy stout strange strict striped sturdy subtle sudden "
    "sunny "
    "supple sweet swift tall tame tart tender thick thin thirsty thorny tidy timid tiny tired "
    "tough "
    "tranquil vacant vague valuable vast velvet vivid warm wary weary weathered western wicked "
    "wide "
    "wild windy wise wooden worn woven yellow young zesty";

constexpr std::string_view kVerbs =
    "accept adjust admire adopt answer arrange assemble assess attach avoid balance bless borrow "
    "bounce brush calm capture carry carve celebrate change chase check clean climb close collect "
    "color compare complete conceal connect consider construct copy count cover crack create cross "
    "decorate defend deliver demand describe design destroy detect discover discuss display divide "
    "dodge dread dust earn embrace empty encourage enjoy enter escape examine exchange explain "
    "explore "
    "fasten favor finish fix flatten fold follow gather grease greet guard guess guide handle "
    "haul heat hoist honor ignore imagine improve inherit inspect install invent invite join judge "
    "juggle knock label launch lean learn lift load locate lower maintain mark measure melt mend "
    "mention mix move multiply notice number obey observe offer open order own pack paint pass "
    "perform place plant polish pour praise predict prepare present preserve press print protect "
    "prove pull punch push question raise reach receive recognize record recover reduce refuse "
    "remember remove repair repeat replace rescue respect return reveal rinse roast rotate sample "
    "scatter scrape scratch search separate settle shape share shift sketch smooth soften sort "
    "squeeze "
    "stack stain start steer store stretch study support surround switch taste teach test thank "
    "tickle "
    "touch trace trade transform treasure treat trust turn twist uncover unfold unlock use visit "
    "wash "
    "watch weigh welcome whisper wipe";

constexpr std::string_view kAdverbs =
    "abruptly actively anxiously awkwardly badly barely boldly bravely briefly brightly briskly "
    "calmly "
    "carefully casually cautiously cheerfully cleanly clearly cleverly closely coldly confidently "
    "correctly curiously daily deeply deliberately delicately eagerly early easily elegantly "
    "equally "
    "evenly exactly faintly fairly faithfully firmly fondly formally frankly freely frequently "
    "gently "
    "gladly gracefully gradually gratefully happily hastily heavily honestly hourly idly instantly "
    "kindly lazily lightly loudly loyally merrily mildly modestly mostly narrowly neatly nervously "
    "nimbly nobly oddly often openly partly patiently plainly playfully politely poorly precisely "
    "promptly properly proudly quickly quietly rapidly rarely readily regularly reluctantly "
    "roughly "
    "sadly safely secretly seldom separately sharply shyly silently simply sincerely slowly "
    "smoothly "
    "softly solemnly sometimes soundly steadily sternly strangely suddenly surely swiftly tenderly "
    "thoroughly tightly together truly twice usually vaguely vividly warmly weakly wearily wildly "
    "willingly wisely yearly";

constexpr std::string_view kNames =
    "Abel Ada Adele Agnes Aiko Alba Alden Alma Amara Amos Anders Anika Ansel Anya Ariel Arlo Asher "
    "Astrid Aubrey Aurora Axel Basil Beatrix Bela Bodhi Brenna Bruno Cade Calla Callum Camille "
    "Caspian "
    "Cato Cecily Celeste Ciro Clara Clive Cora Corin Cyrus Dahlia Dario Darius Delia Della Desmond "
    "Dimitri Dorian Edda Edwin Effie Elara Elias Elodie Eloise Emeric Enid Ephraim Esme Ezra "
    "Fabian "
    "Farah Felix Fern Fiora Flora Florian Freya Gideon Giles Greta Gwen Hadley Hana Harriet Hazel "
    "Hector "
    "Helga Henrik Hester Hollis Hugo Ida Ignatius Imani Imogen Ines Ingrid Iona Iris Isolde Ivo "
    "Jalen "
    "Jarek Jasper Jovan Juno Kaia Kasimir Keiko Kenji Kiran Klara Lachlan Lark Leander Lena "
    "Leopold "
    "Lila Linus Lior Lorcan Lotte Lucian Luna Mabel Maeve Magnus Malik Marcel Margot Marius "
    "Matilda "
    "Mavis Mika Milo Mina Mira Nadia Naoki Nell Nils Noor Nora Odette Olaf Olive Omar Orla Orson "
    "Oskar "
    "Otis Ottilie Paloma Pascal Pearl Penn Petra Phoebe Pia Quentin Quincy Rafael Ravi Remy Rhea "
    "Rilla "
    "Roland Romy Rosalind Rowan Rufus Sabine Saffron Samir Saskia Selma Seren Silas Simone Soren "
    "Stella "
    "Sunniva Sven Tamsin Tariq Tessa Thaddeus Theo Thora Tobias Tove Uma Ursula Valentin Vera "
    "Viggo "
    "Violet Wanda Wilder Willa Winona Xavier Yara Yosef Yuki Zadie Zelda Zora Zo\xc3\xab "
    "Ren\xc3\xa9 "
    "J\xc3\xbcrgen S\xc3\xb8ren Bj\xc3\xb6rn Chlo\xc3\xa9 Jos\xc3\xa9 Ma\xc3\xablle";

constexpr std::string_view kRoles =
    "accountant actor archer architect archivist astronomer auctioneer baker barber beekeeper "
    "biologist "
    "blacksmith boatman bookbinder botanist brewer bricklayer builder butcher captain carpenter "
    "cartographer cashier chandler chemist clerk coach cobbler composer conductor conservator cook "
    "cooper courier curator dancer dentist designer detective diplomat doctor driver drummer "
    "editor "
    "electrician engraver falconer farmer ferryman fiddler firefighter fisher florist forester "
    "gardener geologist glazier goldsmith grocer guide harpist herbalist historian hunter "
    "inspector "
    "inventor jeweler joiner journalist judge juggler keeper lawyer librarian linguist locksmith "
    "machinist magician mason mathematician mechanic merchant messenger midwife miller miner "
    "musician "
    "navigator neighbor novelist nurse optician painter pharmacist philosopher photographer "
    "physicist "
    "pianist plumber poet porter postmaster potter printer professor publisher ranger referee "
    "reporter "
    "sailor scholar sculptor seamstress shepherd shopkeeper singer soldier stonecutter student "
    "surgeon "
    "surveyor tailor tanner teacher tinker translator trader traveler tutor violinist waiter "
    "watchmaker "
    "weaver welder woodcutter writer";

constexpr std::string_view kPlaceStarts =
    "Alder Amber Ash Barrow Birch Black Bram Briar Brook Cedar Clover Cold Copper Crane Dale Deer "
    "Dun "
    "East Elder Elk Fal Fern Fox Frost Glen Gold Gray Green Hart Haver Hazel Heath High Hollow "
    "Iron "
    "Ivy Juniper Kings Lark Linden Long Maple Marl Mill Moor Moss North Oak Old Otter Pine Quarry "
    "Raven "
    "Red Rook Rush Sable Salt Silver South Stone Swan Thorn Timber Vale Water West White Wick Wil "
    "Wren";
constexpr std::string_view kPlaceEnds =
    "bank borough bridge brook burn bury by combe cross dale den field ford gate grove ham haven "
    "hill "
    "holm hurst land leigh ley mere mill minster moor more mouth point pool port ridge shore side "
    "stead "
    "stoke ton vale view ville wall water way well wick wood worth";

constexpr std::string_view kTechNouns =
    "account adapter agent alert archive batch block branch bucket budget buffer bundle cache "
    "candidate "
    "catalog chain channel chunk client cluster column command config cursor customer dataset "
    "deadline "
    "delta device digest document driver edge entry event export factor feature feed filter flag "
    "flow "
    "fragment frame gauge graph grid group handle header heap host image import index insert "
    "invoice "
    "item job journal key kernel label layer ledger level limit link list loader lock log margin "
    "marker "
    "matrix measure member merge message meter metric mirror mode model module monitor node notice "
    "number object offset option order output owner packet page panel parser partition patch "
    "payload "
    "payment pixel plan player plugin point policy pool price prefix probe process product profile "
    "project proxy query queue quota range rank rate ratio reading record region register release "
    "report request reserve result retry reward route row rule sample schema score segment sensor "
    "sequence server session setting shard shelf signal slot snapshot socket source span split "
    "stage "
    "state status step stock stream string student subset suffix summary switch symbol table tag "
    "target "
    "task team template tenant term ticket tile timer token total trace track trade transfer "
    "trigger "
    "unit update user value vector vendor version view visit volume voucher wallet weight widget "
    "window "
    "worker zone";

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find(' ', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool ends(const std::string& s, std::string_view with) {
  return std::string_view(s).ends_with(with);
}
bool consonant_y(const std::string& s) {
  return s.size() > 1 && s.back() == 'y' &&
         std::string_view("aeiou").find(s[s.size() - 2]) == std::string_view::npos;
}

// Nouns, and verbs in the third person.
std::string plural(const std::string& s) {
  if (s == "shelf") return "shelves";
  if (s == "midwife") return "midwives";
  if (ends(s, "man")) return s.substr(0, s.size() - 2) + "en";
  if (consonant_y(s)) return s.substr(0, s.size() - 1) + "ies";
  if (ends(s, "s") || ends(s, "x") || ends(s, "ch") || ends(s, "sh") || ends(s, "z"))
    return s + "es";
  return s + "s";
}
// The verb lists hold regular verbs only; "teach" is the exception.
std::string past(const std::string& s) {
  if (s == "teach") return "taught";
  if (consonant_y(s)) return s.substr(0, s.size() - 1) + "ied";
  return s + (s.back() == 'e' ? "d" : "ed");
}
std::string gerund(const std::string& s) {
  return (s.back() == 'e' ? s.substr(0, s.size() - 1) : s) + "ing";
}

template <typename F>
std::vector<std::string> each(const std::vector<std::string>& in, F change) {
  std::vector<std::string> out;
  for (const auto& s : in) out.push_back(change(s));
  return out;
}

}  // namespace

void add_words(Grammar& g) {
  auto nouns = split(kNouns), verbs = split(kVerbs), roles = split(kRoles),
       tech = split(kTechNouns);
  g.words("n", nouns);
  g.words("ns", each(nouns, plural));
  g.words("ab", split(kAbstract));
  g.words("j", split(kAdjectives));
  g.words("v", verbs);
  g.words("vs", each(verbs, plural));
  g.words("vd", each(verbs, past));
  g.words("vg", each(verbs, gerund));
  g.words("r", split(kAdverbs));
  g.words("p", split(kNames));
  g.words("o", roles);
  g.words("os", each(roles, plural));
  g.words("t", tech);
  g.words("ts", each(tech, plural));
  std::vector<std::string> places;
  for (const auto& start : split(kPlaceStarts)) {
    for (const auto& end : split(kPlaceEnds)) places.push_back(start + end);
  }
  g.words("l", places);
}

}  // namespace corpus::demo

// The words of which people's keys consist: plain English, 4 to 7 letters. No word is the start of another one, and no
// two differ in one letter only. The order matters: a change of the list changes everybody's words.

export const WORDS: readonly string[] = `
  ability able about above absorb access account achieve acid acquire across action actor
  actress actual adapt address adjust admit advance advice aerobic affair afford again agent agree ahead airport aisle
  alarm album alert alley allow almost alone alpha already also alter always amateur amazing among amount amused
  analyst anchor ancient angle animal annual another answer antenna antique apart appear apple approve april arch
  arctic area argue around arrange arrive arrow artist artwork aspect asset assist assume athlete atom attend attract
  audit august author auto autumn average avocado avoid awake away awesome awkward axis baby badge balance balcony
  ball bamboo banana banner barely bargain barrel base basic basket beach bean beauty because become before begin
  behave behind believe below belt benefit better between beyond bicycle bike bind biology birth black blanket bless
  blossom blouse blue blush board boat body bonus book boost border boring borrow bottom bounce bracket brain brand
  brass brave bread breeze brick bridge brief bright bronze broom brown bubble buddy budget buffalo build bulb bundle
  busy buyer buzz cabbage cabin cactus cake calm camera camp canal candy canoe canvas canyon capable capital captain
  card cargo carpet carry cash castle casual catalog catch caught cause ceiling celery cement census century cereal
  certain chair chalk change chapter chase chat cheap check cheese chef cherry child chimney choice choose chronic
  chuckle chunk churn circle citizen city civil claim clarify claw clean clerk clever click client cliff climb clinic
  clip close cloth cloud clown club clump cluster clutch coach coast coconut code coffee coil collect color column
  combine comfort comic common company concert conduct confirm connect control copper copy coral corn correct cotton
  country couple course cousin cover coyote cradle craft crane cream credit creek crew cricket crisp crop crowd
  crucial cruise crunch crystal cube culture curious current curve cushion custom cycle dance daring dawn deal decade
  deer defense define degree delay deliver demand dentist depart depend depth derive desert design desk detail detect
  develop device devote diagram diamond diary dice diesel diet differ digital dignity dinner direct dish display
  divide doctor doll dolphin domain donate donkey donor double dove dragon drama draw dress drift drill drum
  duck dune dust duty dynamic eager eagle early earn earth easily east echo ecology economy edge edit educate effort
  either elbow elder elegant element elite else embark embody embrace emerge emotion employ empower empty enable enact
  endless endorse energy engage engine enhance enjoy enlist enough enrich enroll ensure enter entire entry episode
  equal equip erase error erupt escape essay essence estate eternal ethics evoke evolve example excite exclude
  excuse execute exhibit exist exotic expand expect explain expose express extend extra eyebrow fabric face
  faculty faith family famous fancy fantasy farm fashion feature feed fence fetch fiber fiction
  field figure file final finger finish first fitness flag flash flavor flee flight float flock floor flower fluid
  foam focus fold follow foot forest forget fork fortune forum forward fossil foster found frame fresh friend
  fringe frog front frozen fruit fuel funny future gadget galaxy gallery game garage garden garlic garment gather
  gauge general genius genre gentle genuine gesture giant gift giggle giraffe give glad glance glass glide
  glimpse globe glory glow good goose govern gown grab grace gravity great green grid grocery group guard guess
  guitar habit half hammer hamster hand happy harbor harvest have hawk health heart heavy height hello helmet help
  hero high hill hint hire history hobby hockey hole holiday honey horse host hotel hour huge human humor hurry hybrid
  icon idea idle ignore image imitate immense immune impact improve impulse inch include income index indoor infant
  inform inhale inherit initial inject input inquiry inside inspire install intact into invest invite involve island
  isolate issue item ivory jacket jaguar jazz jeans jelly join joke journey judge juice jump jungle junior junk keen
  ketchup kingdom kitchen kite kitten kiwi knee knock know label labor ladder laptop large later latin laugh
  laundry lazy leader leaf leave lecture left legal legend leisure lemon lend length leopard lesson level liberty
  library license life limit link lion liquid list little lizard load lobster local logic long loop lottery lounge
  lucky luggage lumber lunar lunch luxury lyrics machine magic magnet mail major mammal manage mandate mango mansion
  manual maple marble margin marine market mask master math matrix maximum maze meadow measure medal media melody
  member memory mention menu merit merry mesh message method middle milk mimic minimum minor minute miracle mirror
  mixed mixture mobile model modify moment monitor monster month moon more morning mother motor mouse movie much
  muffin museum music myself mystery napkin nation nature near neglect nephew nest network neutral never news night
  noble noise noodle normal north notable note nothing notice novel nurse object oblige obscure observe obtain obvious
  occur ocean october offer office often okay olive olympic omit once onion online only open opera opinion oppose
  option orange orbit orchard organ orient ostrich outdoor outer output outside oval owner oxygen oyster ozone pact
  paddle page pair palace panda panel panther paper parent park parrot pass patient patrol pattern payment peace
  peanut pelican pencil people pepper perfect permit person phone photo phrase piano picnic picture piece pigeon pilot
  pioneer pipe pitch pizza planet plastic plate play please pledge pluck plug plunge poem point polar pond pool
  popular portion potato powder praise predict prefer prepare present pretty price primary private process produce
  profit program project promote proof prosper proud provide public pudding pull pulse pumpkin pupil puppy purity
  purpose push puzzle pyramid quality quantum quarter quick quiz quote rabbit raccoon rack radar radio rally ranch
  random rapid rare raven razor ready reason rebuild recall receive recipe record recycle reduce reflect reform region
  regular relax release relief rely remain remind remove render renew rent reopen repair repeat replace report require
  rescue resist result retire retreat return reunion reveal review reward rhythm ribbon rich ride ring ripple river
  robot robust rocket romance rookie rose rotate rough route royal rubber rule runway rural safe salad salmon salt
  sample scale scan scene scheme school science scout screen script search seat second secret section seek segment
  select sell seminar senior sense series service session settle setup shaft share shed shield shine ship shoe short
  shrimp shuffle sign silent silly silver similar since situate size skate sketch skill skirt slab sleep slice slogan
  slot small smart smile smooth snack soap soccer social sock soda soft solid solve someone sorry soul source south
  space spatial spawn speak special speed sphere spin spirit sponsor spoon spray spread spring square squeeze stable
  stadium staff stage stairs stamp stand stay steel step stereo stool story stove street strike strong student style
  subject submit subway success sugar suggest suit summer sunset super supply supreme sure surface survey sustain
  swarm sweet swift swim swing switch symbol syrup system tackle talent talk tape target taste taxi team tennis text
  theory thought thrive throw thumb thunder ticket tiger tilt timber time tiny tired title today token tomato tone
  tonight topic topple toss total tourist toward tower trade traffic travel tray tree trend trial trim trophy truck
  truly trumpet trust truth tuition tumble tuna tunnel turn turtle twice twin twist typical uncover under undo unfold
  uniform unique unit unknown unlock unusual unveil update upgrade uphold upon upper upset urban urge usage used
  useful usual utility vacant vacuum valid valve vapor various vault vehicle velvet vendor venture venue verb verify
  version vessel viable vibrant victory video view village vintage violin virtual visa visit visual vital vivid voice
  volcano volume voyage wagon wait walnut weather wedding weekend welcome whale wheat wheel whisper width wild window
  winter wisdom wise wonder word write yellow young zebra
`
  .trim()
  .split(/\s+/);

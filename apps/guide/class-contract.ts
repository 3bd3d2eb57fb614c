// What the page of a lab and the portal tell each other about the class. The portal answers the paths below
// `/s/<seat>/class/` itself; a lab without a portal has none of them.

/** The answer to `GET class/state`. Times are RFC 3339. */
export interface ClassState {
  /** The person asked for help, and nobody has resolved that yet. */
  readonly help?: HelpRequest;
  /** The newest hint to this person and the newest one to all, newest first. */
  readonly hints: readonly Hint[];
  /** An instructor looks at the lab now. */
  readonly visit?: Visit;
  /** The open poll. */
  readonly poll?: OpenPoll;
}

export interface HelpRequest {
  readonly text?: string;
  readonly at: string;
  /** Name of the instructor who is coming. */
  readonly takenBy?: string;
}

export interface Hint {
  readonly text: string;
  /** Name of the instructor. */
  readonly by: string;
  readonly at: string;
  readonly toAll: boolean;
}

export interface Visit {
  /** Name of the instructor. */
  readonly by: string;
  readonly at: string;
  /** Whether the instructor asked to work in the lab, and whether the person agreed. */
  readonly takeover?: 'asked' | 'granted';
}

export interface OpenPoll {
  readonly id: string;
  readonly question: string;
  /** Answers to choose from. Without options, people answer in their own words. */
  readonly options?: readonly string[];
  /** The person's own answer. */
  readonly answer?: PollAnswer;
}

export interface PollAnswer {
  readonly text: string;
  /** Whether the answer shows the person's name. */
  readonly named: boolean;
}

/** Body of `POST class/help`. Asking again replaces the words. `DELETE class/help` withdraws the request. */
export interface AskForHelp {
  readonly text?: string;
}

/** Body of `POST class/answer`. Answering again replaces the answer. */
export interface AnswerPoll extends PollAnswer {
  readonly poll: string;
}

/** Body of `POST class/takeover`: agree, or decline and end. */
export interface AnswerTakeover {
  readonly granted: boolean;
}

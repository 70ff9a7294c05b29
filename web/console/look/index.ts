/** The look: tokens first, everything else reads them. */
import './tokens.css';
import './base.css';
import './frame.css';
import './layout.css';
import './parts.css';
import './list.css';

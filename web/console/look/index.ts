/** The look: tokens first, everything else reads them; what narrow pages change comes last. */
import './tokens.css';
import './base.css';
import './frame.css';
import './layout.css';
import './parts.css';
import './forms.css';
import './list.css';
import './frame-narrow.css';
import './layout-narrow.css';
import './list-narrow.css';
